-- What a run does and the role that asks may not: on the tables of both schemas, and temporary tables.
-- in: nothing   out: missing, such as "DELETE on library.loan"
SELECT kind || ' on ' || relation.oid::regclass::text AS missing
FROM pg_class AS relation CROSS JOIN unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) AS kind
WHERE relation.relnamespace = ANY (ARRAY['library'::regnamespace, 'sync'::regnamespace]::oid[])
  AND relation.relkind IN ('r', 'p') AND NOT relation.relispartition
  AND NOT has_table_privilege(relation.oid, kind)
UNION ALL
SELECT 'TEMPORARY on the database' WHERE NOT has_database_privilege(current_database(), 'TEMPORARY')
ORDER BY missing;
