-- Makes UTC the time zone of this session.
-- in: nothing   out: nothing
SET SESSION TimeZone = 'UTC'
