-- The claimed guardians of a batch as they stand, locked till it commits. Left out are those whose claim another worker
-- has taken over, who have become patrons, and who somebody else holds locked.
-- in: claimant, guardian_ids   out: guardian_id, cpr_number, checked_on, reason, since, tries, then {guardian_columns}
SELECT guardian.guardian_id, guardian.cpr_number, checked.checked_on, checked.reason, checked.since, checked.tries,
       {guardian_columns}
FROM unnest(%(guardian_ids)s::bigint[]) AS asked (guardian_id)
JOIN library.guardian AS guardian USING (guardian_id)
JOIN sync.guardian_claim AS claim ON claim.guardian_id = guardian.guardian_id AND claim.claimant = %(claimant)s
JOIN sync.guardian_check AS checked ON checked.guardian_id = guardian.guardian_id
WHERE guardian.patron_number IS NULL
FOR NO KEY UPDATE OF guardian SKIP LOCKED;
