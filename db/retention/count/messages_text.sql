-- Messages that are due and of which only the text may say what they are about, and of these the ones that a hold keeps.
-- in: kinds, cut_off, today   out: due, held
SELECT count(*) AS due,
       count(*) FILTER (WHERE patron_number IN (SELECT patron_number FROM library.held_patrons(%(today)s))) AS held
FROM library.message
WHERE text IS NOT NULL AND num_nonnulls(loan_number, item_number, title, author) = 0 AND kind = ANY (%(kinds)s)
  AND sent_at < (%(cut_off)s::date + 1)::timestamp AT TIME ZONE 'Europe/Copenhagen';
