-- The schema that holds Alembic's version table, which must be there before the first migration.
-- in: nothing   out: nothing
CREATE SCHEMA IF NOT EXISTS sync
