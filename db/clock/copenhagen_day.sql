-- The calendar day in Denmark by the database's clock: the one day that rules may destroy by.
-- in: nothing   out: one date
SELECT (now() AT TIME ZONE 'Europe/Copenhagen')::date
