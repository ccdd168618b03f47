-- Takes the lock of a run that goes on in this process; false where another process has it.
-- in: lock_class, run_id   out: taken
SELECT pg_try_advisory_lock(%(lock_class)s, %(run_id)s::integer) AS taken;
