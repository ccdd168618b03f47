-- A case "duplicate patron" for staff, once: it names both patron numbers.
-- in: staged_check, today   out: nothing
INSERT INTO library.staff_case (patron_number, kind, since, detail)
SELECT staged.patron_number, 'duplicate patron', %(today)s, jsonb_build_object('other_patron', staged.other_patron)
FROM staged_check AS staged
WHERE staged.quarantine_reason = 'duplicate patron'
  AND NOT EXISTS (
      SELECT FROM library.staff_case AS open_case
      WHERE open_case.patron_number = staged.patron_number
        AND open_case.kind = 'duplicate patron' AND open_case.closed_on IS NULL);
