-- The absence period of the file takes the place of those that the patron has.
-- In: import_work. Out: nothing.
WITH gone AS (
    DELETE FROM library.absence USING import_work AS work
    WHERE absence.patron_number = work.patron_number
      AND 'absence' = ANY (work.changed)
      AND absence.absent_from IS DISTINCT FROM work.absent_from
)
INSERT INTO library.absence (patron_number, absent_from, absent_to)
SELECT patron_number, absent_from, absent_to
FROM import_work WHERE absent_from IS NOT NULL AND (NOT known OR 'absence' = ANY (changed))
ON CONFLICT (patron_number, absent_from) DO UPDATE SET absent_to = excluded.absent_to;
