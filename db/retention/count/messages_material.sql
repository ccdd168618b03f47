-- Messages that are due and say in a column of its own what they are about, and of these the ones that a legal hold keeps.
-- in: cut_off, today   out: due, held
SELECT count(*) AS due,
       count(*) FILTER (WHERE patron_number IN (SELECT patron_number FROM library.held_patrons(%(today)s))) AS held
FROM library.message
WHERE num_nonnulls(loan_number, item_number, title, author) > 0
  AND sent_at < (%(cut_off)s::date + 1)::timestamp AT TIME ZONE 'Europe/Copenhagen';
