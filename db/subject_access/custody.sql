-- Custody as the registry has told it: of the patron as a child, and of children by the person. Nothing of somebody else who is
-- protected, or may be.
-- in: number, guardians (their rows in library.guardian), days (that protection is held against)
-- out: the columns of library.custody, but another's numbers; other (what the other one is to them)
WITH theirs AS (
    SELECT cpr_number FROM library.patron WHERE patron_number = %(number)s
    UNION SELECT cpr_number FROM library.former_cpr_number WHERE patron_number = %(number)s
    UNION SELECT cpr_number FROM library.guardian WHERE guardian_id = ANY (%(guardians)s)
    UNION SELECT cpr_number FROM library.former_guardian_number WHERE guardian_id = ANY (%(guardians)s)
)
SELECT custody.kind, custody.valid_from, custody.valid_to, custody.kind AS other
FROM library.custody
CROSS JOIN LATERAL (
    SELECT coalesce(bool_and(sync.may_be_told_of(holder.patron_number, holder.guardian_id, %(days)s)), false) AS is_told_of
    FROM (
        SELECT patron_number, NULL::bigint AS guardian_id FROM library.patron WHERE cpr_number = custody.cpr_number
        UNION ALL
        SELECT patron_number, NULL FROM library.former_cpr_number WHERE cpr_number = custody.cpr_number
        UNION ALL
        SELECT NULL, guardian_id FROM library.guardian WHERE cpr_number = custody.cpr_number
        UNION ALL
        SELECT NULL, guardian_id FROM library.former_guardian_number WHERE cpr_number = custody.cpr_number
    ) AS holder
) AS held_by
WHERE custody.patron_number = %(number)s AND (custody.cpr_number IS NULL OR held_by.is_told_of)
UNION ALL
SELECT custody.kind, custody.valid_from, custody.valid_to, 'child'
FROM library.custody
WHERE custody.cpr_number IN (SELECT cpr_number FROM theirs)
  AND custody.patron_number IS DISTINCT FROM %(number)s
  AND sync.may_be_told_of(custody.patron_number, NULL, %(days)s)
ORDER BY other, valid_from NULLS FIRST, kind;
