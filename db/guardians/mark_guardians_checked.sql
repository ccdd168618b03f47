-- When each guardian of the batch was asked about, and is due again (null: never by schedule); the claims end.
-- in: staged_guardian_check, today, claimant   out: nothing
WITH released AS (
    DELETE FROM sync.guardian_claim AS claim USING staged_guardian_check AS staged
    WHERE claim.claimant = %(claimant)s AND claim.guardian_id = staged.guardian_id
)
UPDATE sync.guardian_check AS checked
SET checked_at = staged.checked_at, checked_on = %(today)s, next_due = coalesce(staged.next_due, 'infinity'),
    reason = staged.reason, since = staged.since, tries = staged.tries
FROM staged_guardian_check AS staged
WHERE checked.guardian_id = staged.guardian_id;
