-- Loans that are due, and of these the ones that a legal hold keeps.
-- in: cut_off, today   out: due, held
SELECT count(*) AS due, (
    SELECT count(*) FROM library.loan
    WHERE over_on <= %(cut_off)s AND patron_number IN (SELECT patron_number FROM library.held_patrons(%(today)s))
) AS held
FROM library.loan WHERE over_on <= %(cut_off)s;
