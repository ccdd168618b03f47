-- How the latest run of each flow ended that worked by a day or a later one.
-- in: flows, since   out: flow, state
SELECT DISTINCT ON (flow) flow, state
FROM sync.run
WHERE flow = ANY (%(flows)s) AND today >= %(since)s AND NOT dry_run
ORDER BY flow, run_id DESC;
