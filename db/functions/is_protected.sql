-- library.is_registry_number(cpr): whether the registry can know the number: the set form of `not CprNumber.is_replacement`.
-- in: a CPR number, or null   out: false for a replacement number and for none
-- library.is_protected(...): name and address protection on a day: the set form of mappers.protection.is_protected.
-- in: the patron's number and stored protection, the day
-- out: true or false; null where the registry has not spoken about somebody it can know (show such a one as protected)
-- The bodies are parsed once, here: who reads a view that calls them need not be let into the schema.
CREATE OR REPLACE FUNCTION library.is_registry_number(cpr text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(cpr ~ '^[0-5][0-9]{9}$', false);
COMMENT ON FUNCTION library.is_registry_number(text) IS 'Whether the registry can know the CPR number: not a replacement number (day of month + 60, or letters in the serial), nor none';

CREATE OR REPLACE FUNCTION library.is_protected(
    cpr_number text, protection_flag boolean, protected_from date, protected_to date, day date
) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN NOT library.is_registry_number(cpr_number) THEN false
    WHEN protection_flag IS NULL THEN NULL
    ELSE protection_flag
        OR (num_nonnulls(protected_from, protected_to) > 0
            AND coalesce(protected_from <= day, true) AND coalesce(day <= protected_to, true))
END;
COMMENT ON FUNCTION library.is_protected(text, boolean, date, date, date) IS 'Whether name and address are protected on the day; null: the registry has not spoken, take as protected';
