-- A case "duplicate patron" closes itself once the patron is not one any more.
-- in: staged_check, today   out: nothing
UPDATE library.staff_case AS staff_case
SET closed_on = greatest(staff_case.since, %(today)s)
FROM staged_check AS staged
WHERE staged.was_quarantined AND staged.quarantine_reason IS DISTINCT FROM 'duplicate patron'
  AND staff_case.patron_number = staged.patron_number
  AND staff_case.kind = 'duplicate patron' AND staff_case.closed_on IS NULL;
