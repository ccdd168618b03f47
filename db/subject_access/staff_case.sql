-- Cases for staff about the person: as a patron, as the guardian of a child, as the other of two patrons who are one person.
-- Nothing of somebody else who is protected, or may be.
-- in: number, guardians (their rows in library.guardian), days (that protection is held against)
-- out: the columns of library.staff_case, but another's numbers and who of the staff it was; other (what the other one is to
-- them; null: it is about nobody else)
SELECT held.case_number, held.kind, held.since, held.closed_on, held.closing_word, held.resolved_on,
       CASE
           WHEN held.patron_number IS DISTINCT FROM %(number)s
               THEN CASE WHEN held.detail ? 'other_patron' THEN 'patron' ELSE 'child' END
           WHEN held.detail ? 'other_patron' THEN 'patron'
           WHEN held.detail ? 'guardian' THEN coalesce(about.kind, 'signed')
       END AS other
FROM library.staff_case AS held
LEFT JOIN LATERAL (
    SELECT link.kind
    FROM library.guardian_link AS link
    WHERE link.patron_number = held.patron_number AND link.guardian_id = (held.detail ->> 'guardian')::bigint
    ORDER BY link.ended, link.kind NULLS LAST, link.link_number
    LIMIT 1
) AS about ON held.detail ? 'guardian'
WHERE (held.patron_number = %(number)s
       OR (held.detail ->> 'guardian')::bigint = ANY (%(guardians)s)
       OR held.detail ->> 'other_patron' = %(number)s)
  AND CASE
          WHEN held.patron_number IS DISTINCT FROM %(number)s
              THEN sync.may_be_told_of(held.patron_number, NULL, %(days)s)
          WHEN held.detail ? 'other_patron' THEN sync.may_be_told_of(held.detail ->> 'other_patron', NULL, %(days)s)
          WHEN held.detail ? 'guardian'
              THEN sync.may_be_told_of(NULL, (held.detail ->> 'guardian')::bigint, %(days)s)
          ELSE true
      END
ORDER BY held.since, held.case_number;
