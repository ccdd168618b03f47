-- library.copenhagen_today(): the day for views, which take no parameter. A run takes its day as one, and never asks here.
-- in: nothing   out: today in Denmark
-- The body is parsed once, here: a reader's own now() is not asked.
CREATE OR REPLACE FUNCTION library.copenhagen_today() RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (now() AT TIME ZONE 'Europe/Copenhagen')::date;
COMMENT ON FUNCTION library.copenhagen_today() IS 'Today in Denmark: for views alone';
