-- The live runs of some flows for a span of days, in their order.
-- in: flows, first_day, last_day   out: run_id, flow, today, state, started_at, ended_at, counts, outcomes, changes, look_ups, message
SELECT run_id, flow, today, state, started_at, ended_at, counts, outcomes, changes, look_ups, message
FROM sync.run
WHERE NOT dry_run AND flow = ANY (%(flows)s) AND today BETWEEN %(first_day)s AND %(last_day)s
ORDER BY run_id;
