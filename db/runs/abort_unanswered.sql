-- A question that nobody has answered in time is answered "abort", and its run ends.
-- in: seconds   out: run_id
WITH unanswered AS (
    UPDATE sync.approval
    SET word = 'abort', answered_at = now(), answered_by = 'nobody answered'
    WHERE word IS NULL AND asked_at < now() - make_interval(secs => %(seconds)s)
    RETURNING run_id
)
UPDATE sync.run AS run
SET state = 'aborted', ended_at = now(), message = 'aborted: nobody answered'
FROM (SELECT DISTINCT run_id FROM unanswered) AS late
WHERE run.run_id = late.run_id AND run.state = 'waiting'
RETURNING run.run_id;
