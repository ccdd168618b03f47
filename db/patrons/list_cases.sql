-- Staff cases, oldest first. Of one about a guardian also what links the guardian to the child, and their patron number.
-- in: kind, case_number (null: any), open_only, day   out: case_number, patron_number, kind, since, closed_on, detail,
-- closing_word, guardian_kind (null: holds no custody), guardian_patron
SELECT staff_case.case_number, staff_case.patron_number, staff_case.kind, staff_case.since, staff_case.closed_on,
       staff_case.detail, staff_case.closing_word, about.kind AS guardian_kind, about.guardian_patron
FROM library.staff_case
LEFT JOIN LATERAL (
    SELECT link.kind, guardian.patron_number AS guardian_patron
    FROM library.guardian_link AS link
    JOIN library.guardian USING (guardian_id)
    WHERE link.patron_number = staff_case.patron_number AND link.guardian_id = (staff_case.detail ->> 'guardian')::bigint
    ORDER BY link.ended, link.kind NULLS LAST, link.link_number
    LIMIT 1
) AS about ON staff_case.detail ? 'guardian'
WHERE (%(kind)s::text IS NULL OR staff_case.kind = %(kind)s)
  AND (%(case_number)s::bigint IS NULL OR staff_case.case_number = %(case_number)s)
  AND staff_case.since <= %(day)s
  AND (NOT %(open_only)s OR staff_case.closed_on IS NULL OR staff_case.closed_on > %(day)s)
ORDER BY staff_case.since, staff_case.case_number;
