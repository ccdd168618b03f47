-- A guardian is not the patron any more who bears another number now without the registry having said so: the library had
-- typed a wrong one, and has corrected it.
-- in: nothing   out: nothing
UPDATE library.guardian AS guardian
SET patron_number = NULL
FROM library.patron AS patron
WHERE patron.patron_number = guardian.patron_number
  AND guardian.cpr_number IS NOT NULL AND guardian.cpr_number IS DISTINCT FROM patron.cpr_number
  AND NOT EXISTS (
      SELECT FROM library.former_cpr_number AS former
      WHERE former.cpr_number = guardian.cpr_number AND former.patron_number = patron.patron_number);
