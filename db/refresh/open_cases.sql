-- A case "duplicate patron" for staff, once: it names both patron numbers. One that staff closed is not raised again while
-- the two are one person.
-- in: staged_check, today   out: nothing
INSERT INTO library.staff_case (patron_number, kind, since, detail)
SELECT staged.patron_number, 'duplicate patron', %(today)s, jsonb_build_object('other_patron', staged.other_patron)
FROM staged_check AS staged
WHERE staged.quarantine_reason = 'duplicate patron'
  AND NOT EXISTS (
      SELECT FROM library.staff_case AS lasting
      WHERE lasting.patron_number = staged.patron_number
        AND lasting.kind = 'duplicate patron' AND lasting.resolved_on IS NULL);
