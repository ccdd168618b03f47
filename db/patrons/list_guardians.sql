-- A child's guardians on a day: links in force, and those that ended no longer ago than they are shown. Never an address.
-- in: number, day, own_day, not_shown (links ended on or before it)
-- out: guardian_id, kind, source, name, valid_from, valid_to, confirmed, patron_number, protected on day, protected_now on own_day
--     (null: the registry has not spoken; false for a holder whom it does not name)
SELECT guardian_id, kind, source, name, valid_from, valid_to, confirmed, guardian_patron_number AS patron_number,
       library.is_protected(cpr_number, protection_flag, protected_from, protected_to, %(day)s) AS protected,
       library.is_protected(cpr_number, protection_flag, protected_from, protected_to, %(own_day)s) AS protected_now
FROM sync.guardian_named
WHERE patron_number = %(number)s
  AND (valid_from IS NULL OR valid_from <= %(day)s)
  AND (valid_to IS NULL OR valid_to > %(not_shown)s)
ORDER BY source DESC, kind, valid_from NULLS FIRST, link_number;
