-- An operator's word on all open questions of a run.
-- in: run_id, word, answered_by   out: approval_id of each question that it answers
UPDATE sync.approval
SET word = %(word)s, answered_at = now(), answered_by = %(answered_by)s
WHERE run_id = %(run_id)s AND word IS NULL
RETURNING approval_id;
