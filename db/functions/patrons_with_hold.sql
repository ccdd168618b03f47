-- library.patrons_with_hold(day): patrons who have a legal hold that is not lifted, one that lies ahead among them: it keeps
-- nothing of theirs yet (library.held_patrons), but would be deleted with the patron.
-- in: the day   out: patron numbers
CREATE OR REPLACE FUNCTION library.patrons_with_hold(day date) RETURNS TABLE (patron_number text)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT hold.patron_number FROM library.legal_hold AS hold
    WHERE hold.lifted_on IS NULL OR hold.lifted_on > greatest(day, hold.placed_on)
$$;
COMMENT ON FUNCTION library.patrons_with_hold(date) IS 'Patrons with a legal hold that is not lifted, begun or not';
