-- Deletes records of runs that ended so long ago, with their batches, questions and outcomes.
-- in: cut_off, size; after_clock, after_id (where the batch before came to)   out: removed; after_clock, after_id (null: no more)
WITH picked AS (
    SELECT run_id, ended_at FROM sync.run
    WHERE ended_at < (%(cut_off)s::date + 1)::timestamp AT TIME ZONE 'Europe/Copenhagen'
      AND state NOT IN ('running', 'waiting')
      AND (ended_at, run_id) > (%(after_clock)s, %(after_id)s)
    ORDER BY ended_at, run_id
    LIMIT %(size)s
    FOR UPDATE SKIP LOCKED
), removed AS (
    DELETE FROM sync.run WHERE run_id = ANY (ARRAY (SELECT run_id FROM picked)) RETURNING run_id
), last AS (
    SELECT ended_at, run_id FROM picked ORDER BY ended_at DESC, run_id DESC LIMIT 1
)
SELECT (SELECT count(*) FROM removed) AS removed, (SELECT ended_at FROM last) AS after_clock,
       (SELECT run_id FROM last) AS after_id;
