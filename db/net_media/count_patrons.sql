-- How many are decided on, how many of them have other rights, and how many would have others to what is left out.
-- in: told_patron, left_patron, enlisted_patron, everyone   out: due, changed, left_over
SELECT CASE WHEN %(everyone)s THEN (SELECT count(*) FROM library.patron)
            ELSE (SELECT count(*) FROM enlisted_patron JOIN library.patron USING (patron_number)) END AS due,
       (SELECT count(*) FROM told_patron WHERE NOT EXISTS (
            SELECT FROM left_patron WHERE left_patron.patron_number = told_patron.patron_number)) AS changed,
       (SELECT count(*) FROM left_patron) AS left_over;
