-- Forms with which something is wrong by themselves: the set form of mappers.extracts.enrolling.fault_of.
-- In: import_guardian, today, dead (the status), age_is_asked (the kind of case that is open while staff have yet to say
-- whether somebody is 18).
-- Out: these lines leave it for import_reject.
WITH judged AS (
    SELECT staged.line,
           CASE WHEN child.patron_number IS NULL THEN 'not a patron'
                WHEN child.registry_status = %(dead)s THEN 'patron is dead'
                WHEN library.comes_of_age(child.birth_date) <= %(today)s AND NOT EXISTS (
                         SELECT FROM library.staff_case AS asked
                         WHERE asked.patron_number = child.patron_number AND asked.kind = %(age_is_asked)s
                           AND asked.closed_on IS NULL)
                    THEN 'not a minor'
                WHEN staged.guardian_cpr_number = child.cpr_number OR EXISTS (
                         SELECT FROM library.former_cpr_number AS former
                         WHERE former.cpr_number = staged.guardian_cpr_number
                           AND former.patron_number = child.patron_number)
                    THEN 'is the child'
                WHEN staged.signed_on::date > %(today)s THEN 'lies ahead'
           END AS fault
    FROM import_guardian AS staged
    LEFT JOIN library.patron AS child ON child.patron_number = staged.patron_number
), gone AS (
    DELETE FROM import_guardian AS staged USING judged
    WHERE judged.line = staged.line AND judged.fault IS NOT NULL
    RETURNING staged.line, staged.patron_number, judged.fault
)
INSERT INTO import_reject (line, key, column_name, fault)
SELECT line, patron_number,
       CASE fault WHEN 'is the child' THEN 'guardian_cpr_number'
                  WHEN 'lies ahead' THEN 'signed_on'
                  ELSE 'patron_number' END,
       fault
FROM gone;
