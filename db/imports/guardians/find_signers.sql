-- Who has signed: the patron who holds the number or held it formerly, and the guardian who is that patron, or bears the
-- number or bore it. Two numbers of one person are one signer. A patron who is gone from the library is none.
-- In: import_guardian. Out: guardian_patron, guardian_id and who are set.
UPDATE import_guardian AS staged
SET guardian_patron = signer.patron_number,
    guardian_id = known.guardian_id,
    who = coalesce('guardian ' || known.guardian_id, 'patron ' || signer.patron_number,
                   'number ' || staged.guardian_cpr_number)
FROM import_guardian AS form
LEFT JOIN library.former_cpr_number AS former ON former.cpr_number = form.guardian_cpr_number
LEFT JOIN library.patron AS holder ON holder.cpr_number = form.guardian_cpr_number
LEFT JOIN library.patron AS signer
    ON signer.patron_number = coalesce(holder.patron_number, former.patron_number) AND signer.gone_on IS NULL
LEFT JOIN library.former_guardian_number AS bore ON bore.cpr_number = form.guardian_cpr_number
LEFT JOIN LATERAL (
    SELECT guardian.guardian_id
    FROM library.guardian
    WHERE guardian.patron_number = signer.patron_number
       OR guardian.cpr_number = form.guardian_cpr_number
       OR guardian.cpr_number = signer.cpr_number
       OR guardian.guardian_id = bore.guardian_id
    ORDER BY guardian.patron_number = signer.patron_number DESC NULLS LAST,
             guardian.cpr_number = form.guardian_cpr_number DESC NULLS LAST, guardian.guardian_id
    LIMIT 1
) AS known ON true
WHERE form.line = staged.line;
