-- The newest run of a flow that waits for a word, or has been given one and has not gone on.
-- in: flow, night_id (or null: of any night, or none)   out: run_id, prefect_flow_run_id
SELECT run_id, prefect_flow_run_id FROM sync.run
WHERE flow = %(flow)s AND state = 'waiting' AND NOT dry_run
  AND (%(night_id)s::bigint IS NULL OR night_id = %(night_id)s)
ORDER BY run_id DESC LIMIT 1;
