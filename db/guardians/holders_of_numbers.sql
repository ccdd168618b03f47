-- Who goes by these CPR numbers already: a patron (now or formerly), or a guardian (now or formerly).
-- in: cpr_numbers   out: cpr_number, patron_number, guardian_id (of the guardian, or of the patron where they are one)
SELECT asked.cpr_number, patron.patron_number, coalesce(own.guardian_id, guardian.guardian_id, former.guardian_id)
FROM unnest(%(cpr_numbers)s::text[]) AS asked (cpr_number)
LEFT JOIN library.patron AS current ON current.cpr_number = asked.cpr_number
LEFT JOIN library.former_cpr_number AS earlier ON earlier.cpr_number = asked.cpr_number AND current.patron_number IS NULL
LEFT JOIN library.patron AS patron
    ON patron.patron_number = coalesce(current.patron_number, earlier.patron_number) AND patron.gone_on IS NULL
LEFT JOIN library.guardian AS own ON own.patron_number = patron.patron_number
LEFT JOIN library.guardian ON guardian.cpr_number = asked.cpr_number
LEFT JOIN library.former_guardian_number AS former ON former.cpr_number = asked.cpr_number
WHERE patron.patron_number IS NOT NULL OR guardian.guardian_id IS NOT NULL OR former.guardian_id IS NOT NULL;
