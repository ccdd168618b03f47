-- The newest migration applied to this database.
-- in: nothing   out: its revision; no row where there is none yet
SELECT version_num FROM sync.alembic_version
