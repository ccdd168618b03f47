-- The questions of the brakes, newest first.
-- in: run_id (or null; of a night: those of its steps), open_only
-- out: the approval's columns, with the run's state, scope, night and Prefect flow run
SELECT approval.approval_id, approval.run_id, approval.flow, approval.rule, approval.counts, approval.held,
       approval.asked_at, approval.word, approval.answered_at, approval.answered_by,
       run.state, run.today, run.parameters, run.prefect_flow_run_id, run.night_id
FROM sync.approval AS approval
JOIN sync.run AS run USING (run_id)
WHERE (%(run_id)s::bigint IS NULL OR approval.run_id = %(run_id)s OR run.night_id = %(run_id)s)
  AND (NOT %(open_only)s OR approval.word IS NULL)
ORDER BY approval.approval_id DESC;
