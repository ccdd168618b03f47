-- The calendar day in Denmark by the database's clock: the one day that rules may destroy by.
-- In: nothing. Out: one date.
SELECT (now() AT TIME ZONE 'Europe/Copenhagen')::date
