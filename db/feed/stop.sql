-- Notes that a consumer stopped, since an event could not be delivered.
-- in: consumer, position, reason (a code)   out: nothing
SELECT downstream.stop_consumer(%(consumer)s::text, %(position)s::bigint, %(reason)s::text);
