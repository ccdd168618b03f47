-- Cases whose cause is gone close themselves; one that staff closed may be raised anew from now on. While the birth date is
-- uncertain nothing else of the child is decided; what staff said of that date holds on for the grown-up.
-- in: enlisted_child, wanted_case, today, kinds (of cases about guardians), uncertain (that kind)   out: patron_number, of each that was open
WITH closed AS (
    SELECT held.case_number, held.closed_on IS NULL AS was_open
    FROM enlisted_child AS child
    JOIN library.staff_case AS held USING (patron_number)
    WHERE held.resolved_on IS NULL AND held.kind = ANY (%(kinds)s) AND child.state <> 'uncertain'
      AND NOT (child.state = 'adult' AND held.kind = %(uncertain)s AND held.closed_on IS NOT NULL)
      AND NOT EXISTS (
          SELECT FROM wanted_case AS wanted
          WHERE wanted.patron_number = held.patron_number AND wanted.kind = held.kind AND wanted.detail = held.detail)
), written AS (
    UPDATE library.staff_case AS held
    SET closed_on = coalesce(held.closed_on, greatest(held.since, %(today)s)),
        resolved_on = greatest(held.since, %(today)s)
    FROM closed WHERE held.case_number = closed.case_number
    RETURNING held.patron_number, closed.was_open
)
SELECT patron_number FROM written WHERE was_open;
