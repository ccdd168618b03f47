-- How many are decided on, and how many of them have other rights.
-- in: told_patron, enlisted_patron, everyone   out: due, changed
SELECT CASE WHEN %(everyone)s THEN (SELECT count(*) FROM library.patron)
            ELSE (SELECT count(*) FROM enlisted_patron JOIN library.patron USING (patron_number)) END AS due,
       (SELECT count(*) FROM told_patron) AS changed;
