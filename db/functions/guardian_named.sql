-- sync.guardian_named: links with what the library knows of the guardian: the patron's where the guardian is one. There is no
-- name of a guardian whom the registry does not know, by the last answer or by a case that is not resolved: an answer that says
-- nothing brings no name back. Protection is for who reads it to see to.
-- in: nothing   out: a view
CREATE OR REPLACE VIEW sync.guardian_named AS
SELECT link.link_number, link.patron_number, link.guardian_id, link.source, link.kind, link.confirmed, link.valid_from,
       link.valid_to, guardian.patron_number AS guardian_patron_number,
       CASE WHEN known.reason IS DISTINCT FROM 'not found' AND NOT EXISTS (
           SELECT FROM library.staff_case AS held
           WHERE held.patron_number = link.patron_number AND held.kind = 'guardian not found'
             AND held.detail = jsonb_build_object('guardian', link.guardian_id) AND held.resolved_on IS NULL)
           THEN known.name END AS name,
       known.cpr_number, known.protection_flag, known.protected_from, known.protected_to
FROM library.guardian_link AS link
LEFT JOIN library.guardian AS guardian USING (guardian_id)
LEFT JOIN sync.guardian_check AS checked USING (guardian_id)
LEFT JOIN library.patron AS patron ON patron.patron_number = guardian.patron_number
LEFT JOIN sync.quarantine AS quarantine
    ON quarantine.patron_number = patron.patron_number AND quarantine.closed_on IS NULL
CROSS JOIN LATERAL (
    SELECT patron.name, patron.cpr_number, patron.protection_flag, patron.protected_from, patron.protected_to,
           coalesce(quarantine.reason, CASE WHEN patron.registry_status IS NULL THEN checked.reason END) AS reason
    WHERE patron.patron_number IS NOT NULL
    UNION ALL
    SELECT guardian.name, guardian.cpr_number, guardian.protection_flag, guardian.protected_from, guardian.protected_to,
           checked.reason
    WHERE patron.patron_number IS NULL
) AS known;
COMMENT ON VIEW sync.guardian_named IS 'Links with what the library knows of the guardian; no name of one whom the registry does not know';
