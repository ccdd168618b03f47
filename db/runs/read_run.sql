-- One run's record.
-- in: run_id   out: its columns
SELECT run_id, flow, prefect_flow_run_id, night_id, today, dry_run, parameters, state, started_at, ended_at, counts,
       outcomes, changes, look_ups, database, registry, message
FROM sync.run WHERE run_id = %(run_id)s;
