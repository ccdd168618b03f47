-- A child's guardians on a day: links in force, and those that ended no longer ago than they are shown. Never an address,
-- and no name of a guardian whom the registry does not know.
-- in: number, day, own_day, not_shown (links ended on or before it), not_found (reason), guardian_not_found (kind of case)
-- out: guardian_id, kind, source, name, valid_from, valid_to, confirmed, patron_number, protected on day, protected_now on own_day
--     (null: the registry has not spoken; false for a holder whom it does not name)
SELECT link.guardian_id, link.kind, link.source,
       CASE WHEN known.reason IS DISTINCT FROM %(not_found)s AND NOT EXISTS (
           SELECT FROM library.staff_case AS held -- an answer that says nothing brings no name back
           WHERE held.patron_number = link.patron_number AND held.kind = %(guardian_not_found)s
             AND held.detail = jsonb_build_object('guardian', link.guardian_id) AND held.resolved_on IS NULL)
           THEN known.name END AS name,
       link.valid_from, link.valid_to, link.confirmed, guardian.patron_number,
       library.is_protected(known.cpr_number, known.protection_flag, known.protected_from, known.protected_to,
                            %(day)s) AS protected,
       library.is_protected(known.cpr_number, known.protection_flag, known.protected_from, known.protected_to,
                            %(own_day)s) AS protected_now
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
) AS known
WHERE link.patron_number = %(number)s
  AND (link.valid_from IS NULL OR link.valid_from <= %(day)s)
  AND (link.valid_to IS NULL OR link.valid_to > %(not_shown)s)
ORDER BY link.source DESC, link.kind, link.valid_from NULLS FIRST, link.link_number;
