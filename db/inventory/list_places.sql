-- Every column of every table; those of a partition are its table's.
-- in: schemas   out: place (schema.table.column)
SELECT DISTINCT root.relnamespace::regnamespace || '.' || root.relname || '.' || attribute.attname AS place
FROM pg_class AS one
JOIN pg_class AS root ON root.oid = coalesce(pg_partition_root(one.oid)::oid, one.oid)
JOIN pg_attribute AS attribute ON attribute.attrelid = one.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
WHERE one.relnamespace = ANY (%(schemas)s::text[]::regnamespace[]) AND one.relkind IN ('r', 'p', 'm', 'f')
ORDER BY place;
