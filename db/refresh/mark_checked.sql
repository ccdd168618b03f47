-- When each patron of the batch was asked about, and is due again (null: never by schedule); of which day the custody
-- is that is kept; the claims end.
-- in: staged_check, today, claimant   out: nothing
WITH released AS (
    DELETE FROM sync.claim AS claim USING staged_check AS staged
    WHERE claim.claimant = %(claimant)s AND claim.patron_number = staged.patron_number
)
UPDATE sync.patron_check AS checked
SET checked_at = staged.checked_at, checked_on = %(today)s, next_due = coalesce(staged.next_due, 'infinity'),
    custody_on = CASE WHEN staged.custody_taken THEN %(today)s WHEN NOT staged.custody_dropped THEN checked.custody_on END
FROM staged_check AS staged
WHERE checked.patron_number = staged.patron_number;
