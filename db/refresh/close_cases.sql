-- A case "duplicate patron" is resolved once the patron is not one any more, or one of somebody else: it closes itself if
-- staff have not closed it. An answer that says nothing of that (mappers.quarantine.SAYS_NOTHING) leaves it as it is.
-- in: staged_check, today, says_nothing (reasons)   out: nothing
UPDATE library.staff_case AS staff_case
SET closed_on = coalesce(staff_case.closed_on, greatest(staff_case.since, %(today)s)),
    resolved_on = greatest(staff_case.since, %(today)s)
FROM staged_check AS staged
WHERE staged.was_quarantined
  AND CASE
      WHEN staged.quarantine_reason = 'duplicate patron'
          THEN staff_case.detail ->> 'other_patron' IS DISTINCT FROM staged.other_patron
      ELSE staged.quarantine_reason IS NULL OR staged.quarantine_reason <> ALL (%(says_nothing)s)
  END
  AND staff_case.patron_number = staged.patron_number
  AND staff_case.kind = 'duplicate patron' AND staff_case.resolved_on IS NULL;
