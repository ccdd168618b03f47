-- The links of a child to guardians, for whoever looks for one of them. No name is among it.
-- in: number   out: link_number, source, kind, valid_from, valid_to, ended, guardian_id, patron_number (the guardian's own)
SELECT link.link_number, link.source, link.kind, link.valid_from, link.valid_to, link.ended, link.guardian_id,
       guardian.patron_number
FROM library.guardian_link AS link
LEFT JOIN library.guardian AS guardian USING (guardian_id)
WHERE link.patron_number = %(number)s
ORDER BY link.ended, link.source DESC, link.kind, link.link_number;
