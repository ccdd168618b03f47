-- Whether the server has a database of this name.
-- In: the name. Out: one row where it has.
SELECT 1 FROM pg_database WHERE datname = %s
