-- The last live run of each flow (of imports: of each kind) on or before a day; a refresh of some patrons alone is none. One
-- that says "running" but whose session is gone was killed.
-- in: today, lock_class, whole (scopes of a refresh)   out: run_id, flow, part (kind of import), today, state, started_at, ended_at, counts, look_ups, message
SELECT DISTINCT ON (run.flow, run.parameters ->> 'kind') run.run_id, run.flow, run.parameters ->> 'kind' AS part, run.today,
       CASE WHEN run.state = 'running' AND NOT EXISTS (
           SELECT FROM pg_locks
           WHERE locktype = 'advisory' AND granted AND objsubid = 2
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
             AND classid = %(lock_class)s::oid AND objid = run.run_id::oid)
           THEN 'killed' ELSE run.state END AS state,
       run.started_at, run.ended_at, run.counts, run.look_ups, run.message
FROM sync.run AS run
WHERE NOT run.dry_run AND run.today <= %(today)s
  AND (NOT run.parameters ? 'scope' OR run.parameters ->> 'scope' = ANY (%(whole)s) AND run.parameters ->> 'limit' IS NULL)
ORDER BY run.flow, run.parameters ->> 'kind', run.run_id DESC;
