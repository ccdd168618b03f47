-- A guardian whose patron is gone from the library is no patron any more: what the patron row says of them is kept here,
-- until the registry is asked about them; not on the day on which it was asked about the patron.
-- in: nothing   out: nothing
WITH released AS (
    UPDATE library.guardian AS guardian
    SET patron_number = NULL, cpr_number = coalesce(guardian.cpr_number, patron.cpr_number), {guardian_from_patron}
    FROM library.patron AS patron
    WHERE patron.patron_number = guardian.patron_number AND patron.gone_on IS NOT NULL
    RETURNING guardian.guardian_id, patron.patron_number
)
UPDATE sync.guardian_check AS checked
SET checked_at = of_patron.checked_at, checked_on = of_patron.checked_on, next_due = of_patron.next_due,
    reason = NULL, since = NULL, tries = 0
FROM released JOIN sync.patron_check AS of_patron ON of_patron.patron_number = released.patron_number
WHERE checked.guardian_id = released.guardian_id;
