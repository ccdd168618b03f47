-- A good answer ends the quarantine.
-- in: staged_check, today   out: nothing
UPDATE sync.quarantine AS quarantine
SET closed_on = greatest(quarantine.since, %(today)s)
FROM staged_check AS staged
WHERE staged.was_quarantined AND staged.quarantine_reason IS NULL
  AND quarantine.patron_number = staged.patron_number AND quarantine.closed_on IS NULL;
