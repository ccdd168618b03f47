-- What staff must look at of the batch's children: the set form of mappers.guardianship.wanted_cases.
-- in: enlisted_child, wanted_link, today, not_found and says_nothing (reasons); the kinds of cases by name   out: wanted_case is filled
WITH guardian_of AS (
    SELECT DISTINCT link.patron_number, link.guardian_id
    FROM enlisted_child AS child
    JOIN library.guardian_link AS link USING (patron_number)
    WHERE child.state = 'minor' AND NOT link.ended AND link.guardian_id IS NOT NULL
), known AS (
    SELECT guardian_of.patron_number, guardian_of.guardian_id,
           coalesce(patron.registry_status, guardian.registry_status) AS status,
           CASE WHEN patron.registry_status IS NULL THEN coalesce(guardian.birth_date, patron.birth_date)
                ELSE patron.birth_date END AS birth_date,
           coalesce(quarantine.reason, CASE WHEN patron.registry_status IS NULL THEN checked.reason END) AS reason
    FROM guardian_of
    JOIN library.guardian USING (guardian_id)
    LEFT JOIN sync.guardian_check AS checked USING (guardian_id)
    LEFT JOIN library.patron AS patron ON patron.patron_number = guardian.patron_number
    LEFT JOIN sync.quarantine AS quarantine
        ON quarantine.patron_number = patron.patron_number AND quarantine.closed_on IS NULL
)
INSERT INTO wanted_case (patron_number, kind, detail)
SELECT child.patron_number, %(uncertain_birth_date)s, jsonb_build_object()
FROM enlisted_child AS child WHERE child.state = 'uncertain'
UNION ALL
SELECT child.patron_number, %(no_holder_of_custody)s, jsonb_build_object()
FROM enlisted_child AS child
WHERE child.state = 'minor' AND child.spoken
  AND NOT EXISTS (SELECT FROM wanted_link AS wanted WHERE wanted.patron_number = child.patron_number)
UNION ALL
SELECT wanted.patron_number, %(unknown_holder)s, jsonb_build_object()
FROM wanted_link AS wanted WHERE wanted.guardian_id IS NULL
UNION ALL
SELECT DISTINCT link.patron_number, %(guardian_not_confirmed)s, jsonb_build_object('guardian', link.guardian_id)
FROM enlisted_child AS child
JOIN library.guardian_link AS link USING (patron_number)
WHERE child.state = 'minor' AND NOT link.ended AND link.source = 'enrolled' AND NOT link.confirmed
UNION ALL
SELECT known.patron_number, trouble.kind, jsonb_build_object('guardian', known.guardian_id)
FROM known
CROSS JOIN LATERAL (VALUES
    (%(guardian_deceased)s, known.status = 90),
    (%(guardian_disappeared)s, known.status = 70),
    (%(guardian_is_a_minor)s, %(today)s < library.comes_of_age(known.birth_date)),
    (%(guardian_not_found)s, CASE
        WHEN known.reason = %(not_found)s THEN true
        WHEN known.reason = ANY (%(says_nothing)s) THEN EXISTS (
            SELECT FROM library.staff_case AS held -- an answer that says nothing ends no case
            WHERE held.patron_number = known.patron_number AND held.kind = %(guardian_not_found)s
              AND held.detail = jsonb_build_object('guardian', known.guardian_id) AND held.resolved_on IS NULL)
    END)
) AS trouble (kind, raised)
WHERE trouble.raised;
