-- Adds the signers whom the library does not have yet as guardians. Of one who is a patron, name and address are the
-- patron's. One whom somebody else adds at this moment is waited for, and found by the next statement.
-- In: import_guardian. Out: how many.
INSERT INTO library.guardian (patron_number, cpr_number, name)
SELECT DISTINCT ON (staged.who)
       staged.guardian_patron, coalesce(signer.cpr_number, staged.guardian_cpr_number),
       CASE WHEN staged.guardian_patron IS NULL THEN staged.guardian_name END
FROM import_guardian AS staged
LEFT JOIN library.patron AS signer ON signer.patron_number = staged.guardian_patron
WHERE staged.standing = 'newest' AND staged.guardian_id IS NULL
ORDER BY staged.who, staged.signed_on DESC, staged.line
ON CONFLICT DO NOTHING;
