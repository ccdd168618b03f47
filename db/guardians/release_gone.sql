-- A guardian whose patron is gone from the library is no patron any more: what the registry has said of the patron is kept
-- here, until it is asked about the guardian; not on the day on which it was asked about the patron.
-- in: nothing   out: nothing
WITH gone AS (
    SELECT guardian.guardian_id, patron.patron_number, checked.checked_at, checked.checked_on, checked.next_due,
           quarantine.reason, quarantine.since, coalesce(quarantine.tries, 0) AS tries,
           patron.registry_status IS NOT NULL OR guardian.registry_status IS NULL AS tells
    FROM library.guardian AS guardian
    JOIN library.patron AS patron USING (patron_number)
    JOIN sync.patron_check AS checked USING (patron_number)
    LEFT JOIN sync.quarantine AS quarantine
        ON quarantine.patron_number = patron.patron_number AND quarantine.closed_on IS NULL
    WHERE patron.gone_on IS NOT NULL
), released AS (
    UPDATE library.guardian AS guardian
    SET patron_number = NULL, cpr_number = coalesce(guardian.cpr_number, patron.cpr_number), {guardian_from_patron}
    FROM gone JOIN library.patron AS patron USING (patron_number)
    WHERE guardian.guardian_id = gone.guardian_id
)
UPDATE sync.guardian_check AS checked
SET checked_at = gone.checked_at, checked_on = gone.checked_on, next_due = gone.next_due,
    reason = gone.reason, since = gone.since, tries = gone.tries
FROM gone
WHERE checked.guardian_id = gone.guardian_id AND gone.checked_on IS NOT NULL;
