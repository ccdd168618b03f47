-- A question that nobody has answered in time is answered "abort", and its run ends; with it the night of which it was a
-- step.
-- in: seconds   out: run_id
WITH unanswered AS (
    UPDATE sync.approval
    SET word = 'abort', answered_at = now(), answered_by = 'nobody answered'
    WHERE word IS NULL AND asked_at < now() - make_interval(secs => %(seconds)s)
    RETURNING run_id
)
UPDATE sync.run AS run
SET state = 'aborted', ended_at = now(), message = 'aborted: nobody answered'
FROM (
    SELECT run_id FROM unanswered
    UNION
    SELECT step.night_id FROM sync.run AS step JOIN unanswered USING (run_id)
) AS late
WHERE run.run_id = late.run_id AND run.state = 'waiting'
RETURNING run.run_id;
