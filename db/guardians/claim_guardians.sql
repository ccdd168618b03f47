-- Claims those of the guardians that nobody has claimed and that are still due. The door
-- (refresh/claim_door) lets one claimer in at a time: none of them is claimed meanwhile.
-- in: guardian_ids, today, claimant, lease_seconds   out: guardian_id, cpr_number
WITH candidate AS (
    SELECT checked.guardian_id, guardian.cpr_number, checked.next_due
    FROM unnest(%(guardian_ids)s::bigint[]) AS asked (guardian_id)
    JOIN library.guardian USING (guardian_id)
    JOIN sync.guardian_check AS checked USING (guardian_id)
    WHERE library.is_registry_number(guardian.cpr_number)
      AND NOT EXISTS (
          SELECT FROM library.patron AS patron
          WHERE patron.patron_number = guardian.patron_number AND patron.gone_on IS NULL)
      AND checked.next_due <= %(today)s AND checked.checked_on IS DISTINCT FROM %(today)s
      AND NOT EXISTS (SELECT FROM sync.guardian_claim AS claim WHERE claim.guardian_id = checked.guardian_id)
    ORDER BY checked.guardian_id
    FOR UPDATE OF checked SKIP LOCKED
), claimed AS (
    INSERT INTO sync.guardian_claim (guardian_id, claimant, lease_until)
    SELECT guardian_id, %(claimant)s, now() + make_interval(secs => %(lease_seconds)s) FROM candidate
)
SELECT guardian_id, cpr_number
FROM candidate
ORDER BY next_due, guardian_id;
