-- library.is_protected(...): name and address protection on a day: the set form of mappers.protection.is_protected.
-- in: the patron's number and stored protection, the day
-- out: true or false; null where the registry has not spoken about somebody it can know (show such a one as protected)
CREATE OR REPLACE FUNCTION library.is_protected(
    cpr_number text, protection_flag boolean, protected_from date, protected_to date, day date
) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CASE
    WHEN NOT library.is_registry_number(cpr_number) THEN false
    WHEN protection_flag IS NULL THEN NULL
    ELSE protection_flag
        OR (num_nonnulls(protected_from, protected_to) > 0
            AND coalesce(protected_from <= day, true) AND coalesce(day <= protected_to, true))
END $$;
COMMENT ON FUNCTION library.is_protected(text, boolean, date, date, date) IS 'Whether name and address are protected on the day; null: the registry has not spoken, take as protected';
