-- Goes past the event at which a consumer stopped.
-- in: consumer   out: its position, null: the consumer has not stopped
SELECT downstream.skip_change(%(consumer)s);
