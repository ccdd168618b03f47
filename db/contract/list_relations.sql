-- The views of the contract with their columns, as the database itself describes them.
-- in: roles (names)   out: view, meaning, roles that may read it, columns (name, type, meaning)
SELECT relation.relname::text AS view, obj_description(relation.oid, 'pg_class') AS meaning,
       ARRAY(SELECT role FROM unnest(%(roles)s::text[]) WITH ORDINALITY AS listed (role, place)
             WHERE to_regrole(role) IS NOT NULL AND has_table_privilege(role, relation.oid, 'SELECT')
             ORDER BY place) AS roles,
       ARRAY(SELECT ARRAY[attname::text, format_type(atttypid, atttypmod), coalesce(col_description(relation.oid, attnum), '')]
             FROM pg_attribute WHERE attrelid = relation.oid AND attnum > 0 ORDER BY attnum) AS columns
FROM pg_class AS relation
WHERE relation.relnamespace = 'downstream'::regnamespace AND relation.relkind = 'v'
ORDER BY relation.relname;
