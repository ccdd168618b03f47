-- Compares who has signed with who holds custody today: the set form of mappers.guardianship.confirmation.
-- in: enlisted_child, wanted_link, kinds (of custody, the first tells how)   out: nothing
UPDATE library.guardian_link AS link
SET confirmed = compared.kind IS NOT NULL, kind = compared.kind
FROM (
    SELECT signed.link_number, (
        SELECT wanted.kind FROM wanted_link AS wanted
        WHERE wanted.patron_number = signed.patron_number AND wanted.guardian_id = signed.guardian_id
        ORDER BY array_position(%(kinds)s::text[], wanted.kind) LIMIT 1) AS kind
    FROM enlisted_child AS child
    JOIN library.guardian_link AS signed USING (patron_number)
    WHERE child.state = 'minor' AND child.spoken AND NOT signed.ended AND signed.source = 'enrolled'
) AS compared
WHERE link.link_number = compared.link_number
  AND (link.confirmed IS DISTINCT FROM (compared.kind IS NOT NULL) OR link.kind IS DISTINCT FROM compared.kind);
