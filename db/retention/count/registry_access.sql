-- Rows of the access log that are due, and of these the ones that a legal hold keeps.
-- in: cut_off, today   out: due, held
SELECT count(*) AS due,
       count(*) FILTER (WHERE patron_number IN (SELECT patron_number FROM library.held_patrons(%(today)s))) AS held
FROM sync.registry_access
WHERE asked_at < (%(cut_off)s::date + 1)::timestamp AT TIME ZONE 'Europe/Copenhagen';
