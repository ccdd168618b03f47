-- A case for each cause that has none: one that staff closed while its cause stays is not raised again.
-- in: wanted_case, today   out: patron_number of each case that was opened
INSERT INTO library.staff_case (patron_number, kind, since, detail)
SELECT wanted.patron_number, wanted.kind, %(today)s, wanted.detail
FROM wanted_case AS wanted
WHERE NOT EXISTS (
    SELECT FROM library.staff_case AS held
    WHERE held.patron_number = wanted.patron_number AND held.kind = wanted.kind AND held.detail = wanted.detail
      AND held.resolved_on IS NULL)
RETURNING patron_number;
