-- The record of a Prefect flow run that has been here before.
-- in: flow_run_id   out: run_id, state
SELECT run_id, state FROM sync.run WHERE prefect_flow_run_id = %(flow_run_id)s ORDER BY run_id DESC LIMIT 1;
