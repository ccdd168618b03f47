-- Patrons who are due to go, and of these the ones that a legal hold keeps. One that has begun keeps their loans, too.
-- in: cut_off, today, loans_cut_off (loans over by then are as good as gone; -infinity: none is)   out: due, held
WITH due AS (
    SELECT patron_number, patron_number IN (SELECT patron_number FROM library.patrons_with_hold(%(today)s)) AS is_held
    FROM sync.patrons_to_go(%(cut_off)s, %(loans_cut_off)s)
)
SELECT count(*) AS due, count(*) FILTER (WHERE is_held) AS held
FROM due
WHERE patron_number NOT IN (SELECT patron_number FROM library.held_patrons(%(today)s))
   OR patron_number IN (SELECT patron_number FROM sync.patrons_to_go(%(cut_off)s, '-infinity'));
