-- Notes that a consumer that had stopped goes on.
-- in: consumer   out: nothing
UPDATE sync.consumer SET stopped_at = NULL, stopped_position = NULL, stopped_reason = NULL
WHERE consumer = %(consumer)s AND stopped_at IS NOT NULL;
