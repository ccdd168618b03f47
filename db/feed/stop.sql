-- Notes that a consumer stopped, since an event could not be delivered.
-- in: consumer, position, reason (a code)   out: nothing
UPDATE sync.consumer
SET stopped_at = clock_timestamp(), stopped_position = %(position)s, stopped_reason = %(reason)s, read_at = clock_timestamp()
WHERE consumer = %(consumer)s;
