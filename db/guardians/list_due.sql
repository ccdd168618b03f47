-- The guardians to look up: no patrons, due, not yet today, and guardians of a child today: they hold custody, or have
-- signed. A child is never looked up here.
-- in: today, uncertain (kind of case)   out: guardian_id
WITH child AS (
    SELECT patron.patron_number, checked.custody_on,
           library.comes_of_age(patron.birth_date) <= %(today)s AS of_age
    FROM library.patron AS patron
    JOIN sync.patron_check AS checked USING (patron_number)
    WHERE patron.gone_on IS NULL AND patron.registry_status IS DISTINCT FROM 90
      AND (patron.birth_date_uncertain OR library.comes_of_age(patron.birth_date) <= %(today)s IS NOT TRUE)
      AND (checked.custody_on IS NOT NULL OR EXISTS (
          SELECT FROM library.guardian_link AS link WHERE link.patron_number = patron.patron_number AND NOT link.ended))
      AND NOT (library.comes_of_age(patron.birth_date) <= %(today)s IS TRUE AND EXISTS ( -- staff have settled it: an adult
          SELECT FROM library.staff_case AS settled
          WHERE settled.patron_number = patron.patron_number AND settled.kind = %(uncertain)s
            AND settled.resolved_on IS NULL AND settled.closed_on <= %(today)s))
), needed AS (
    SELECT coalesce(guardian.guardian_id, former.guardian_id) AS guardian_id
    FROM child
    JOIN library.custody USING (patron_number)
    LEFT JOIN library.guardian ON guardian.cpr_number = custody.cpr_number
    LEFT JOIN library.former_guardian_number AS former ON former.cpr_number = custody.cpr_number
    WHERE child.of_age IS NOT TRUE
      AND (custody.valid_from IS NULL OR custody.valid_from <= %(today)s)
      AND (custody.valid_to IS NULL OR %(today)s < custody.valid_to)
    UNION
    SELECT link.guardian_id
    FROM child
    JOIN library.guardian_link AS link USING (patron_number)
    WHERE NOT link.ended AND (link.valid_to IS NULL OR %(today)s < link.valid_to)
      AND (link.source = 'enrolled' OR child.of_age OR child.custody_on IS NULL)
)
SELECT guardian.guardian_id
FROM needed
JOIN library.guardian USING (guardian_id)
JOIN sync.guardian_check AS checked USING (guardian_id)
WHERE guardian.patron_number IS NULL AND library.is_registry_number(guardian.cpr_number)
  AND checked.next_due <= %(today)s AND checked.checked_on IS DISTINCT FROM %(today)s
ORDER BY checked.next_due, guardian.guardian_id;
