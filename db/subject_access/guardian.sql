-- What is kept of the person as a guardian. ended_on is the clock of the rule that deletes a guardian who is no patron, as
-- db/retention/remove/guardians.sql reads it: the day on which the last link ended, while neither a link nor custody stands and
-- no legal hold keeps a child.
-- in: guardians (their rows), day   out: the columns of library.guardian; ended_on (null: something stands, or a
-- patron)
SELECT guardian.*, CASE WHEN guardian.patron_number IS NULL THEN (
    SELECT coalesce(max(link.valid_to), %(day)s::date)
    FROM library.guardian_link AS link
    WHERE link.guardian_id = guardian.guardian_id
    HAVING coalesce(bool_and(link.ended AND link.valid_to IS NOT NULL), true)
       AND coalesce(bool_and(link.patron_number NOT IN (SELECT patron_number FROM library.held_patrons(%(day)s))), true)
       AND NOT EXISTS (
           SELECT FROM library.custody
           WHERE (custody.valid_to IS NULL OR custody.valid_to > %(day)s)
             AND custody.cpr_number IN (
                 SELECT guardian.cpr_number
                 UNION ALL
                 SELECT former.cpr_number FROM library.former_guardian_number AS former
                 WHERE former.guardian_id = guardian.guardian_id))
) END AS ended_on
FROM library.guardian
WHERE guardian.guardian_id = ANY (%(guardians)s)
ORDER BY guardian.guardian_id;
