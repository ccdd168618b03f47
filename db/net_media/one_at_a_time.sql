-- One run decides at a time; the next one waits, and finds done what this one has done.
-- in: lock   out: nothing
SELECT pg_advisory_xact_lock(%(lock)s);
