-- Records what a rule has done in a run so far, in place of what was recorded of it.
-- in: run_id, rule, cut_off, due, removed, held, skipped, overdue, seconds   out: nothing
INSERT INTO sync.retention_outcome AS was (run_id, rule, cut_off, due, removed, held, skipped, overdue, seconds)
VALUES (%(run_id)s, %(rule)s, %(cut_off)s, %(due)s, %(removed)s, %(held)s, %(skipped)s, %(overdue)s, %(seconds)s)
ON CONFLICT (run_id, rule) DO UPDATE
SET cut_off = excluded.cut_off, due = excluded.due, removed = excluded.removed, held = excluded.held,
    skipped = excluded.skipped, overdue = excluded.overdue, seconds = excluded.seconds;
