-- The latest record of a Prefect flow run that has been here before.
-- in: flow_run_id   out: the run's columns
SELECT run_id, flow, prefect_flow_run_id, night_id, today, dry_run, parameters, state, started_at, ended_at, counts,
       outcomes, changes, look_ups, database, registry, message
FROM sync.run WHERE prefect_flow_run_id = %(flow_run_id)s ORDER BY run_id DESC LIMIT 1;
