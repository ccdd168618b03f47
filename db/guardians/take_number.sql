-- A guardian takes the number in force; the one before leads to them still.
-- in: guardian_id, cpr_number   out: nothing
WITH kept AS (
    INSERT INTO library.former_guardian_number (cpr_number, guardian_id)
    SELECT guardian.cpr_number, guardian.guardian_id
    FROM library.guardian
    WHERE guardian.guardian_id = %(guardian_id)s AND guardian.cpr_number IS NOT NULL
    ON CONFLICT (cpr_number) DO UPDATE SET guardian_id = excluded.guardian_id
)
UPDATE library.guardian SET cpr_number = %(cpr_number)s WHERE guardian_id = %(guardian_id)s;
