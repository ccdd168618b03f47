-- What each rule did in the latest runs that were no dry runs, oldest run first.
-- in: runs (how many)   out: run_id, today, rule, cut_off, due, removed, held, skipped, overdue, seconds
SELECT run_id, latest.today, rule, cut_off, due, removed, held, skipped, overdue, seconds
FROM sync.retention_outcome JOIN (
    SELECT run_id, today FROM sync.run
    WHERE NOT dry_run AND EXISTS (SELECT FROM sync.retention_outcome AS told WHERE told.run_id = run.run_id)
    ORDER BY run_id DESC LIMIT %(runs)s
) AS latest USING (run_id)
ORDER BY run_id, rule;
