-- Of a guardian who is a patron the patron row holds what the registry says, once it has spoken: nothing stays here.
-- in: nothing   out: nothing
WITH forgotten AS (
    UPDATE library.guardian AS guardian
    SET {guardian_cleared}
    FROM library.patron AS patron
    WHERE patron.patron_number = guardian.patron_number AND patron.registry_status IS NOT NULL
      AND num_nonnulls(guardian.name, guardian.birth_date, guardian.registry_status) > 0
    RETURNING guardian.guardian_id
)
UPDATE sync.guardian_check AS checked
SET next_due = '-infinity', reason = NULL, since = NULL, tries = 0
FROM forgotten
WHERE checked.guardian_id = forgotten.guardian_id;
