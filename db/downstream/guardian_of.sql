-- Who is a guardian of which child today. No address is ever among it; the name is withheld where either is protected.
-- in: nothing   out: view downstream.guardian_of
CREATE OR REPLACE VIEW downstream.guardian_of AS
SELECT guardian.link_number,
       guardian.patron_number,
       guardian.guardian_patron_number,
       guardian.source,
       guardian.kind,
       CASE WHEN NOT shown.withheld THEN guardian.name END AS name,
       shown.withheld,
       guardian.confirmed,
       guardian.valid_from,
       guardian.valid_to
FROM sync.guardian_named AS guardian
CROSS JOIN (SELECT library.copenhagen_today() AS today, downstream.sees_protected() AS sees_protected OFFSET 0) AS reader
JOIN library.patron AS child ON child.patron_number = guardian.patron_number
CROSS JOIN LATERAL (
    SELECT NOT reader.sees_protected AND (
        coalesce(library.is_protected(guardian.cpr_number, guardian.protection_flag, guardian.protected_from,
                                      guardian.protected_to, reader.today), true)
        OR coalesce(library.is_protected(child.cpr_number, child.protection_flag, child.protected_from,
                                         child.protected_to, reader.today), true)) AS withheld
) AS shown
WHERE (guardian.valid_from IS NULL OR guardian.valid_from <= reader.today)
  AND (guardian.valid_to IS NULL OR guardian.valid_to > reader.today);
COMMENT ON VIEW downstream.guardian_of IS 'Children and their guardians today: who holds custody by the registry, and who has signed for the child at the library';
COMMENT ON COLUMN downstream.guardian_of.link_number IS 'Number of the link. Source: patronsync. Never null';
COMMENT ON COLUMN downstream.guardian_of.patron_number IS 'The child. Source: library. Never null';
COMMENT ON COLUMN downstream.guardian_of.guardian_patron_number IS 'The guardian''s own patron number. Source: library. Null: no patron, or the registry does not say who';
COMMENT ON COLUMN downstream.guardian_of.source IS 'registry: custody; enrolled: signed on paper at the library. Source: patronsync. Never null';
COMMENT ON COLUMN downstream.guardian_of.kind IS 'How the guardian holds custody: mother, father, other holder, unknown holder. Source: registry. Null: an enrolled one whom custody does not confirm';
COMMENT ON COLUMN downstream.guardian_of.name IS 'The guardian''s name. Source: registry, or the signed form. Null: withheld (the guardian''s or the child''s protection), or not known';
COMMENT ON COLUMN downstream.guardian_of.withheld IS 'The name is null because it is withheld from the role that asks. Source: patronsync. Never null';
COMMENT ON COLUMN downstream.guardian_of.confirmed IS 'An enrolled guardian holds custody. Source: registry. Null: a registry link, or not compared yet';
COMMENT ON COLUMN downstream.guardian_of.valid_from IS 'First day. Source: registry, or the signed form. Null: always';
COMMENT ON COLUMN downstream.guardian_of.valid_to IS 'First day without it. Source: registry. Null: no end known';
