-- The consumers of the change feed that who asks may read for, the operator all: how far each has come, and what waits for it.
-- in: nothing   out: as downstream.list_consumers
SELECT consumer, position, waiting, waiting_since, behind_seconds, patrons_left, registered_at, registered_by, read_at, dead_on,
       stopped_at, stopped_position, stopped_reason
FROM downstream.list_consumers();
