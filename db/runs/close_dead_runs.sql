-- A run that says "running" but whose session is gone was killed: its record says so.
-- in: lock_class   out: run_id, flow
UPDATE sync.run AS run
SET state = 'killed', ended_at = now(),
    message = 'killed before it was done: what it had not applied is still due, and the next run takes it'
WHERE run.state = 'running'
  AND NOT EXISTS (
      SELECT FROM pg_locks
      WHERE locktype = 'advisory' AND granted AND objsubid = 2
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND classid = %(lock_class)s::oid AND objid = run.run_id::oid)
RETURNING run.run_id, run.flow;
