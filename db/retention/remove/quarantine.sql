-- Deletes quarantines that ended so long ago.
-- in: cut_off, today, size; after_clock, after_id (where the batch before came to)
-- out: removed; after_clock, after_id (null: no more)
WITH picked AS (
    SELECT quarantine_id, closed_on FROM sync.quarantine
    WHERE closed_on <= %(cut_off)s AND (closed_on, quarantine_id) > (%(after_clock)s, %(after_id)s)
      AND patron_number NOT IN (SELECT patron_number FROM library.held_patrons(%(today)s))
    ORDER BY closed_on, quarantine_id
    LIMIT %(size)s
    FOR UPDATE SKIP LOCKED
), removed AS (
    DELETE FROM sync.quarantine WHERE quarantine_id = ANY (ARRAY (SELECT quarantine_id FROM picked))
    RETURNING quarantine_id
), last AS (
    SELECT closed_on, quarantine_id FROM picked ORDER BY closed_on DESC, quarantine_id DESC LIMIT 1
)
SELECT (SELECT count(*) FROM removed) AS removed, (SELECT closed_on FROM last) AS after_clock,
       (SELECT quarantine_id FROM last) AS after_id;
