-- An operator's word on the open questions of a run, or of a night: on all of them, or on those about one service or rule.
-- in: run_id, part (or null), word, answered_by   out: approval_id of each question that it answers
UPDATE sync.approval AS approval
SET word = %(word)s, answered_at = now(), answered_by = %(answered_by)s
FROM sync.run AS run
WHERE run.run_id = approval.run_id AND approval.word IS NULL
  AND (run.run_id = %(run_id)s OR run.night_id = %(run_id)s)
  AND (%(part)s::text IS NULL OR approval.counts ->> 'part' = %(part)s)
RETURNING approval.approval_id;
