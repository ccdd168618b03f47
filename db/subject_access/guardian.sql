-- What is kept of the person as a guardian. ended_on is the clock of the rule that deletes a guardian who is no patron, as
-- db/retention/remove/guardians.sql reads it: the day on which the last link ended, while no link stands, no custody is in
-- force without an end, and no legal hold keeps a child. not_before is the day on which the last custody ends.
-- in: guardians (their rows), day   out: the columns of library.guardian; ended_on (null: something stands, or a patron),
-- not_before (null: no custody)
SELECT guardian.*, CASE WHEN guardian.patron_number IS NULL AND NOT held.has_no_end THEN (
    SELECT coalesce(max(link.valid_to), %(day)s::date)
    FROM library.guardian_link AS link
    WHERE link.guardian_id = guardian.guardian_id
    HAVING coalesce(bool_and(link.ended AND link.valid_to IS NOT NULL), true)
       AND coalesce(bool_and(link.patron_number NOT IN (SELECT patron_number FROM library.held_patrons(%(day)s))), true)
) END AS ended_on, held.not_before
FROM library.guardian
CROSS JOIN LATERAL (
    SELECT coalesce(bool_or(custody.valid_to IS NULL), false) AS has_no_end, max(custody.valid_to) AS not_before
    FROM library.custody
    WHERE custody.cpr_number = guardian.cpr_number
       OR custody.cpr_number IN (
           SELECT former.cpr_number FROM library.former_guardian_number AS former
           WHERE former.guardian_id = guardian.guardian_id)
) AS held
WHERE guardian.guardian_id = ANY (%(guardians)s)
ORDER BY guardian.guardian_id;
