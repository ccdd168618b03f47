-- library.current_address(patron, day): the address that is current on a day: the set form of
-- mappers.address.current_address. Whether it may be shown is library.is_protected's to say.
-- in: a row of library.patron, the day   out: one row; a contact address is its lines and nothing else
-- The body is parsed once, here: who reads a view that calls it need not be let into the schema.
CREATE OR REPLACE FUNCTION library.current_address(patron library.patron, day date)
RETURNS TABLE (
    kind text, co_name text, street text, lines text[], town text, postal_code text, postal_district text, country text
)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
    SELECT
        CASE WHEN contact THEN 'contact' ELSE patron.address_kind END,
        CASE WHEN NOT contact THEN patron.co_name END,
        CASE WHEN NOT contact THEN patron.street END,
        CASE WHEN contact THEN patron.contact_lines ELSE patron.address_lines END,
        CASE WHEN NOT contact THEN patron.town END,
        CASE WHEN NOT contact THEN patron.postal_code END,
        CASE WHEN NOT contact THEN patron.postal_district END,
        CASE WHEN NOT contact THEN patron.country END
    FROM library.contact_is_valid(
        patron.contact_lines, patron.contact_from, patron.contact_to, patron.registry_status, day
    ) AS contact;
END;
COMMENT ON FUNCTION library.current_address(library.patron, date) IS 'The address that is current on the day, contact address or base address';
