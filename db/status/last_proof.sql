-- What each rule of retention left overdue in the last live run of it on or before a day.
-- in: today   out: rule, run_id, overdue
SELECT rule, run_id, overdue
FROM sync.retention_outcome
WHERE run_id = (
    SELECT max(run_id) FROM sync.run
    WHERE NOT dry_run AND today <= %(today)s
      AND EXISTS (SELECT FROM sync.retention_outcome AS told WHERE told.run_id = run.run_id));
