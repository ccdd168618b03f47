-- Deletes disclosures that are due.
-- in: cut_off, today, size; after_clock, after_id (where the batch before came to)
-- out: removed; after_clock, after_id (null: no more)
WITH picked AS (
    SELECT disclosure_id, at FROM sync.disclosure
    WHERE at < (%(cut_off)s::date + 1)::timestamp AT TIME ZONE 'Europe/Copenhagen'
      AND (at, disclosure_id) > (%(after_clock)s, %(after_id)s)
      AND (patron_number IS NULL OR patron_number NOT IN (SELECT patron_number FROM library.held_patrons(%(today)s)))
    ORDER BY at, disclosure_id
    LIMIT %(size)s
    FOR UPDATE SKIP LOCKED
), removed AS (
    DELETE FROM sync.disclosure WHERE disclosure_id = ANY (ARRAY (SELECT disclosure_id FROM picked))
    RETURNING disclosure_id
), last AS (
    SELECT at, disclosure_id FROM picked ORDER BY at DESC, disclosure_id DESC LIMIT 1
)
SELECT (SELECT count(*) FROM removed) AS removed, (SELECT at FROM last) AS after_clock,
       (SELECT disclosure_id FROM last) AS after_id;
