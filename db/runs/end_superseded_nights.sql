-- Nights that wait for a word end when another night has begun, and with them their steps that wait.
-- A step of an earlier night that has been given a word, and is of the same day, is left to the new night's step.
-- in: night_id (of the new night), today   out: run_id of each night that ended
WITH unanswered AS (
    SELECT DISTINCT run_id FROM sync.approval WHERE word IS NULL
), ended AS (
    UPDATE sync.run AS run
    SET state = 'aborted', ended_at = now(), message = format('aborted: run %%s has taken its place', %(night_id)s::bigint)
    WHERE run.state = 'waiting' AND NOT run.dry_run AND run.run_id <> %(night_id)s
      AND (run.flow = 'nightly'
           OR run.night_id <> %(night_id)s
              AND (run.today <> %(today)s OR run.run_id IN (SELECT run_id FROM unanswered)))
    RETURNING run.run_id, run.flow
), answered AS (
    UPDATE sync.approval AS approval
    SET word = 'abort', answered_at = now(), answered_by = format('run %%s', %(night_id)s::bigint)
    FROM ended WHERE approval.run_id = ended.run_id AND approval.word IS NULL
)
SELECT run_id FROM ended WHERE flow = 'nightly' ORDER BY run_id;
