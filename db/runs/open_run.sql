-- Opens a run's record and takes its lock: while the session lives, the run does.
-- in: lock_class, flow, flow_run_id, night_id, today, dry_run, parameters, database, registry   out: run_id
WITH opened AS (
    INSERT INTO sync.run (flow, prefect_flow_run_id, night_id, today, dry_run, parameters, state, database, registry)
    VALUES (%(flow)s, %(flow_run_id)s, %(night_id)s, %(today)s, %(dry_run)s, %(parameters)s, 'running', %(database)s,
            %(registry)s)
    RETURNING run_id
)
SELECT run_id, pg_advisory_lock(%(lock_class)s, run_id::integer) FROM opened;
