-- Registers a consumer of the change feed.
-- in: consumer, start (as downstream.register_consumer takes it)   out: nothing
SELECT downstream.register_consumer(%(consumer)s, %(start)s);
