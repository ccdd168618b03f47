-- A number that the registry has replaced is kept as the patron's former one.
-- in: staged_patron, today   out: nothing
INSERT INTO library.former_cpr_number (cpr_number, patron_number, until)
SELECT patron.cpr_number, patron.patron_number, %(today)s
FROM staged_patron AS staged
JOIN library.patron AS patron USING (patron_number)
WHERE staged.moved_to IS NOT NULL
ON CONFLICT (cpr_number) DO UPDATE SET patron_number = excluded.patron_number, until = excluded.until;
