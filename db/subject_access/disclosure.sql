-- Every time the person was revealed, as a patron and as a guardian, this answer included. Which of the staff it was is
-- nothing of theirs.
-- in: number, guardians (their rows in library.guardian)   out: at, reason, is_a_patron_s (false: a guardian's)
SELECT at, reason, true AS is_a_patron_s FROM sync.disclosure WHERE patron_number = %(number)s
UNION ALL
SELECT at, reason, false FROM sync.disclosure WHERE guardian_id = ANY (%(guardians)s)
ORDER BY at;
