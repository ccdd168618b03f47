-- library.held_patrons(day): patrons of whom a legal hold keeps all: the set form of mappers.retention.is_held.
-- in: the day   out: patron numbers
CREATE OR REPLACE FUNCTION library.held_patrons(day date) RETURNS TABLE (patron_number text)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT hold.patron_number FROM library.legal_hold AS hold
    WHERE hold.placed_on <= day AND (hold.lifted_on IS NULL OR hold.lifted_on > day)
$$;
COMMENT ON FUNCTION library.held_patrons(date) IS 'Patrons of whom a legal hold keeps all on the day';
