-- The runs that were steps of a night, in their order.
-- in: night_id   out: the runs' columns
SELECT run_id, flow, prefect_flow_run_id, night_id, today, dry_run, parameters, state, started_at, ended_at, counts,
       outcomes, changes, look_ups, database, registry, message
FROM sync.run WHERE night_id = %(night_id)s ORDER BY run_id;
