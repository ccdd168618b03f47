-- One load at a time: a second one waits here till the first has committed.
-- In: lock. Out: nothing.
SELECT pg_advisory_xact_lock(%(lock)s);
