-- How many are decided on, and how many of them have other rights.
-- in: decided_right, enlisted_patron, everyone   out: due, changed
SELECT CASE WHEN %(everyone)s THEN (SELECT count(*) FROM library.patron)
            ELSE (SELECT count(*) FROM enlisted_patron JOIN library.patron USING (patron_number)) END AS due,
       (SELECT count(*) FROM (SELECT DISTINCT patron_number FROM decided_right WHERE is_news) AS news) AS changed;
