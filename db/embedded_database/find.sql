-- Whether the server has a database of this name.
-- in: the name   out: one row where it has
SELECT 1 FROM pg_database WHERE datname = %s
