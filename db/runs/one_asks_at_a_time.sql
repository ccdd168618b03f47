-- Runs that ask about the same do so one after the other.
-- in: lock   out: nothing
SELECT pg_advisory_xact_lock(%(lock)s);
