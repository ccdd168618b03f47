-- Deletes events that are due: so long ago, and read by every consumer that lives.
-- in: cut_off, today, dead_days, size; after_clock, after_id (where the batch before came to)
-- out: removed; after_clock, after_id (null: no more)
WITH waiting AS MATERIALIZED (
    SELECT read_snapshot FROM sync.living_consumers(%(today)s, %(dead_days)s)
), picked AS (
    SELECT position, at FROM sync.change
    WHERE at < (%(cut_off)s::date + 1)::timestamp AT TIME ZONE 'Europe/Copenhagen'
      AND (at, position) > (%(after_clock)s, %(after_id)s)
      AND NOT EXISTS (SELECT FROM waiting WHERE NOT pg_visible_in_snapshot(transaction_id, read_snapshot))
      AND patron_number NOT IN (SELECT patron_number FROM library.held_patrons(%(today)s))
    ORDER BY at, position
    LIMIT %(size)s
    FOR UPDATE SKIP LOCKED
), removed AS (
    DELETE FROM sync.change WHERE position = ANY (ARRAY (SELECT position FROM picked)) RETURNING position
), last AS (
    SELECT at, position FROM picked ORDER BY at DESC, position DESC LIMIT 1
)
SELECT (SELECT count(*) FROM removed) AS removed, (SELECT at FROM last) AS after_clock,
       (SELECT position FROM last) AS after_id;
