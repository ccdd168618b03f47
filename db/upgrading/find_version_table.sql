-- Whether a migration was ever applied to this database.
-- In: nothing. Out: the table's number, null where it was not.
SELECT to_regclass('sync.alembic_version')::oid
