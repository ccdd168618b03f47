-- What each rule has done in one run so far.
-- in: run_id   out: rule, cut_off, due, removed, held, skipped, overdue, seconds
SELECT rule, cut_off, due, removed, held, skipped, overdue, seconds FROM sync.retention_outcome
WHERE run_id = %(run_id)s;
