-- Locks the signers of the forms that count, in one order, waiting for whoever has one of them locked.
-- In: import_guardian. Out: how many were locked.
SELECT count(*)
FROM (
    SELECT guardian.guardian_id FROM library.guardian
    WHERE guardian.guardian_id IN (SELECT guardian_id FROM import_guardian WHERE standing = 'newest')
    ORDER BY guardian.guardian_id
    FOR NO KEY UPDATE
) AS locked;
