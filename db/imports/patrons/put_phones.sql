-- The mobile and the landline number of the file take the place of those that the patron has of the same kind.
-- In: import_work. Out: nothing.
WITH gone AS (
    DELETE FROM library.patron_phone AS phone USING import_work AS work
    WHERE phone.patron_number = work.patron_number
      AND phone.kind = ANY (work.changed)
      AND phone.number IS DISTINCT FROM CASE phone.kind WHEN 'mobile' THEN work.mobile ELSE work.landline END
)
INSERT INTO library.patron_phone (patron_number, kind, number)
SELECT work.patron_number, phone.kind, phone.number
FROM import_work AS work
CROSS JOIN LATERAL (VALUES ('mobile', work.mobile), ('landline', work.landline)) AS phone (kind, number)
WHERE phone.number IS NOT NULL AND (NOT work.known OR phone.kind = ANY (work.changed))
ON CONFLICT DO NOTHING;
