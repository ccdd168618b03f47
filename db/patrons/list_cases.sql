-- Staff cases, oldest first.
-- in: kind (or null), open_only, day   out: case_number, patron_number, kind, since, closed_on, detail, closing_word
SELECT case_number, patron_number, kind, since, closed_on, detail, closing_word
FROM library.staff_case
WHERE (%(kind)s::text IS NULL OR kind = %(kind)s)
  AND since <= %(day)s
  AND (NOT %(open_only)s OR closed_on IS NULL OR closed_on > %(day)s)
ORDER BY since, case_number;
