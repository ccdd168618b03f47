-- A patron, and the rows in which they are kept as a guardian: their own, and one that goes by a number of theirs. Of a patron
-- who is deleted the logs may still speak.
-- in: number   out: patron_number, guardians; no row: nobody has this patron number, nor does a log know it
WITH theirs AS (
    SELECT cpr_number FROM library.patron WHERE patron_number = %(number)s
    UNION SELECT cpr_number FROM library.former_cpr_number WHERE patron_number = %(number)s
)
SELECT asked.patron_number, ARRAY (
    SELECT guardian.guardian_id FROM library.guardian
    WHERE guardian.patron_number = asked.patron_number
       OR guardian.patron_number IS NULL AND (
           guardian.cpr_number IN (SELECT cpr_number FROM theirs) OR EXISTS (
               SELECT FROM library.former_guardian_number AS former
               WHERE former.guardian_id = guardian.guardian_id AND former.cpr_number IN (SELECT cpr_number FROM theirs)))
    ORDER BY guardian.guardian_id) AS guardians
FROM (SELECT %(number)s::text AS patron_number) AS asked
WHERE EXISTS (SELECT FROM library.patron AS patron WHERE patron.patron_number = asked.patron_number)
   OR EXISTS (SELECT FROM sync.registry_access WHERE registry_access.patron_number = asked.patron_number)
   OR EXISTS (SELECT FROM sync.disclosure WHERE disclosure.patron_number = asked.patron_number)
   OR EXISTS (SELECT FROM sync.change WHERE change.patron_number = asked.patron_number);
