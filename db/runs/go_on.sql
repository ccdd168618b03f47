-- A run that waited for a word is running again.
-- in: run_id, flow_run_id, night_id (or null: as before)   out: nothing
UPDATE sync.run
SET state = 'running', ended_at = NULL, message = NULL,
    prefect_flow_run_id = coalesce(%(flow_run_id)s, prefect_flow_run_id), night_id = coalesce(%(night_id)s, night_id)
WHERE run_id = %(run_id)s;
