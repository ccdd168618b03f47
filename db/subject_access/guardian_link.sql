-- Links between children and guardians in which the person is the one or the other. Nothing of somebody else who is
-- protected, or may be.
-- in: number, guardians (their rows in library.guardian), days (that protection is held against)
-- out: the columns of library.guardian_link, but another's numbers; other (what the other one is to them)
SELECT link.link_number, link.source, link.kind, link.valid_from, link.valid_to, link.confirmed, link.signed_on,
       link.ended, coalesce(link.kind, 'signed') AS other
FROM library.guardian_link AS link
WHERE link.patron_number = %(number)s
  AND (link.guardian_id IS NULL OR sync.may_be_told_of(NULL, link.guardian_id, %(days)s))
UNION ALL
SELECT link.link_number, link.source, link.kind, link.valid_from, link.valid_to, link.confirmed, link.signed_on,
       link.ended, 'child'
FROM library.guardian_link AS link
WHERE link.guardian_id = ANY (%(guardians)s)
  AND link.patron_number IS DISTINCT FROM %(number)s
  AND sync.may_be_told_of(link.patron_number, NULL, %(days)s)
ORDER BY other, valid_from NULLS FIRST, link_number;
