-- The live runs of some flows for a span of days, in their order.
-- in: flows, first_day, last_day   out: the runs' columns
SELECT run_id, flow, prefect_flow_run_id, night_id, today, dry_run, parameters, state, started_at, ended_at, counts,
       outcomes, changes, look_ups, database, registry, message
FROM sync.run
WHERE NOT dry_run AND flow = ANY (%(flows)s) AND today BETWEEN %(first_day)s AND %(last_day)s
ORDER BY run_id;
