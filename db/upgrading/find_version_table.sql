-- Whether a migration was ever applied to this database.
-- in: nothing   out: the table's number, null where it was not
SELECT to_regclass('sync.alembic_version')::oid
