-- A guardian whose number is a patron's, or a patron's former one, is that patron. What is known of the guardian stays until
-- the registry has spoken of the patron (forget_facts.sql): nothing of it is unlearnt meanwhile.
-- Of several numbers of one patron the one in force comes first; the others are merged (same_person.sql).
-- in: nothing   out: nothing
WITH owner AS (
    SELECT guardian.guardian_id, patron.patron_number, 0 AS rank
    FROM library.guardian
    JOIN library.patron AS patron ON patron.cpr_number = guardian.cpr_number
    WHERE guardian.patron_number IS NULL AND patron.gone_on IS NULL
    UNION ALL
    SELECT guardian.guardian_id, patron.patron_number, 1 AS rank
    FROM library.guardian
    JOIN library.former_cpr_number AS former ON former.cpr_number = guardian.cpr_number
    JOIN library.patron AS patron ON patron.patron_number = former.patron_number
    WHERE guardian.patron_number IS NULL AND patron.gone_on IS NULL
      AND NOT EXISTS (SELECT FROM library.patron AS other WHERE other.cpr_number = guardian.cpr_number)
), first AS (
    SELECT DISTINCT ON (owner.patron_number) owner.patron_number, owner.guardian_id
    FROM owner
    WHERE NOT EXISTS (SELECT FROM library.guardian AS other WHERE other.patron_number = owner.patron_number)
    ORDER BY owner.patron_number, owner.rank, owner.guardian_id
)
UPDATE library.guardian AS guardian
SET patron_number = first.patron_number
FROM first
WHERE guardian.guardian_id = first.guardian_id;
