-- library.is_registry_number(cpr): whether the registry can know the number: the set form of `not CprNumber.is_replacement`.
-- in: a CPR number, or null   out: false for a replacement number and for none
CREATE OR REPLACE FUNCTION library.is_registry_number(cpr text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT coalesce(cpr ~ '^[0-5][0-9]{9}$', false) $$;
COMMENT ON FUNCTION library.is_registry_number(text) IS 'Whether the registry can know the CPR number: not a replacement number (day of month + 60, or letters in the serial), nor none';
