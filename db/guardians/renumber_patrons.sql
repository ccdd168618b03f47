-- The number of a guardian who is a patron is the patron's; the one before it is kept as a former one, by which a child's
-- custody may still name them.
-- in: nothing   out: nothing
WITH moved AS (
    SELECT guardian.guardian_id, guardian.cpr_number AS before, patron.cpr_number AS after
    FROM library.guardian
    JOIN library.patron AS patron ON patron.patron_number = guardian.patron_number
    WHERE patron.cpr_number IS NOT NULL AND guardian.cpr_number IS DISTINCT FROM patron.cpr_number
      AND NOT EXISTS (SELECT FROM library.guardian AS other WHERE other.cpr_number = patron.cpr_number)
), kept AS (
    INSERT INTO library.former_guardian_number (cpr_number, guardian_id)
    SELECT before, guardian_id FROM moved WHERE before IS NOT NULL
    ON CONFLICT (cpr_number) DO UPDATE SET guardian_id = excluded.guardian_id
)
UPDATE library.guardian AS guardian
SET cpr_number = moved.after
FROM moved
WHERE guardian.guardian_id = moved.guardian_id;
