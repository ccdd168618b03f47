-- library.contact_is_valid(...): whether the contact address is the current one on a day: the set form of
-- mappers.address.contact_is_current.
-- in: the stored contact address, the patron's status, the day   out: true or false
-- The body is parsed once, here: a reader's own functions and operators are not asked.
CREATE OR REPLACE FUNCTION library.contact_is_valid(
    contact_lines text[], contact_from date, contact_to date, registry_status smallint, day date
) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(cardinality(contact_lines), 0) > 0
    AND coalesce(registry_status NOT IN (30, 90), true)
    AND coalesce(contact_from <= day, true)
    AND coalesce(day < contact_to, true);
COMMENT ON FUNCTION library.contact_is_valid(text[], date, date, smallint, date) IS 'Whether the contact address is the current address on the day';
