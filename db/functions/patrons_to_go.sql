-- sync.patrons_to_go(gone_by, over_by): patrons who are gone and whom nothing of their own holds any more: no loan but those
-- that were over by then (and go themselves), no unsettled charge. A legal hold is asked for beside it.
-- in: gone since this day or longer; the last day on which a loan may be over, -infinity: no loan at all
-- out: patron numbers
CREATE OR REPLACE FUNCTION sync.patrons_to_go(gone_by date, over_by date) RETURNS TABLE (patron_number text)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT patron.patron_number FROM library.patron AS patron
    WHERE patron.gone_on <= gone_by
      AND NOT EXISTS (
          SELECT FROM library.loan
          WHERE loan.patron_number = patron.patron_number AND coalesce(loan.over_on > over_by, true))
      AND NOT EXISTS (
          SELECT FROM library.charge
          WHERE charge.patron_number = patron.patron_number AND charge.settled_on IS NULL)
$$;
COMMENT ON FUNCTION sync.patrons_to_go(date, date) IS 'Patrons who are gone and whom neither a loan nor an unsettled charge holds any more';
