-- sync.may_be_told_of(patron_number, guardian_id, days): whether something of a person may be told to somebody else whom it
-- concerns, too: nothing protects their name and address on any of the days, and the registry has spoken of them.
-- A guardian who is a patron goes by what is known of the patron.
-- in: a patron number, or the number of a guardian; the days   out: true or false; false for nobody
CREATE OR REPLACE FUNCTION sync.may_be_told_of(patron_number text, guardian_id bigint, days date[]) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT coalesce(bool_and(library.is_protected(
        known.cpr_number, known.protection_flag, known.protected_from, known.protected_to, day) IS FALSE), false)
    FROM (
        SELECT patron.cpr_number, patron.protection_flag, patron.protected_from, patron.protected_to
        FROM library.patron AS patron
        WHERE patron.patron_number = may_be_told_of.patron_number
        UNION ALL
        SELECT patron.cpr_number, patron.protection_flag, patron.protected_from, patron.protected_to
        FROM library.guardian AS guardian
        JOIN library.patron AS patron ON patron.patron_number = guardian.patron_number
        WHERE guardian.guardian_id = may_be_told_of.guardian_id
        UNION ALL
        SELECT guardian.cpr_number, guardian.protection_flag, guardian.protected_from, guardian.protected_to
        FROM library.guardian AS guardian
        WHERE guardian.guardian_id = may_be_told_of.guardian_id AND guardian.patron_number IS NULL
    ) AS known
    CROSS JOIN unnest(days) AS day
$$;
COMMENT ON FUNCTION sync.may_be_told_of(text, bigint, date[]) IS 'Whether something of a person may be told to somebody else whom it concerns: nothing protects them on these days';
