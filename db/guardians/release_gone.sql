-- A guardian whose patron is gone from the library is no patron any more: what the patron row says of them is kept here,
-- until the registry is asked about them.
-- in: nothing   out: nothing
UPDATE library.guardian AS guardian
SET patron_number = NULL, cpr_number = coalesce(guardian.cpr_number, patron.cpr_number), {guardian_from_patron}
FROM library.patron AS patron
WHERE patron.patron_number = guardian.patron_number AND patron.gone_on IS NOT NULL;
