-- Says that a consumer is done with an event and with those given before it.
-- in: consumer, position   out: nothing
SELECT downstream.commit_position(%(consumer)s, %(position)s);
