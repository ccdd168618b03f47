-- Runs of a flow that wait for a word end when another of the flow takes their place, and their questions with them.
-- in: flow, run_id (of the other)   out: run_id
WITH ended AS (
    UPDATE sync.run
    SET state = 'aborted', ended_at = now(), message = format('aborted: run %%s has taken its place', %(run_id)s::bigint)
    WHERE flow = %(flow)s AND state = 'waiting' AND NOT dry_run AND run_id <> %(run_id)s
    RETURNING run_id
), answered AS (
    UPDATE sync.approval AS approval
    SET word = 'abort', answered_at = now(), answered_by = format('run %%s', %(run_id)s::bigint)
    FROM ended WHERE approval.run_id = ended.run_id AND approval.word IS NULL
)
SELECT run_id FROM ended ORDER BY run_id;
