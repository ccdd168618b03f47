-- Deletes rows of the access log that are due, a stretch of time at once (rows of one moment go together). Nobody changes
-- such a row, so none is locked but by another run of this.
-- in: cut_off, today, size; after_clock (where the batch before came to)   out: removed; after_clock (null: no more)
WITH stretch AS (
    SELECT max(asked_at) AS until FROM (
        SELECT asked_at FROM sync.registry_access
        WHERE asked_at < (%(cut_off)s::date + 1)::timestamp AT TIME ZONE 'Europe/Copenhagen'
          AND asked_at > %(after_clock)s
        ORDER BY asked_at
        LIMIT %(size)s) AS page
), removed AS (
    DELETE FROM sync.registry_access
    WHERE asked_at > %(after_clock)s AND asked_at <= (SELECT until FROM stretch)
      AND (patron_number IS NULL OR patron_number NOT IN (SELECT patron_number FROM library.held_patrons(%(today)s)))
    RETURNING 1
)
SELECT (SELECT count(*) FROM removed) AS removed, (SELECT until FROM stretch) AS after_clock;
