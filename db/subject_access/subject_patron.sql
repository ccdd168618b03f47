-- A patron, and the rows in which they are kept as a guardian: their own, and one that goes by a number of theirs.
-- in: number   out: patron_number, guardians; no row: nobody has this patron number
WITH theirs AS (
    SELECT cpr_number FROM library.patron WHERE patron_number = %(number)s
    UNION SELECT cpr_number FROM library.former_cpr_number WHERE patron_number = %(number)s
)
SELECT patron.patron_number, ARRAY (
    SELECT guardian.guardian_id FROM library.guardian
    WHERE guardian.patron_number = patron.patron_number
       OR guardian.patron_number IS NULL AND (
           guardian.cpr_number IN (SELECT cpr_number FROM theirs) OR EXISTS (
               SELECT FROM library.former_guardian_number AS former
               WHERE former.guardian_id = guardian.guardian_id AND former.cpr_number IN (SELECT cpr_number FROM theirs)))
    ORDER BY guardian.guardian_id) AS guardians
FROM library.patron AS patron
WHERE patron.patron_number = %(number)s;
