-- What a run does and the role that asks may not: on the tables of both schemas, and temporary tables. Some tables are their
-- owner's alone, and runs work on them by functions (db/upgrading/grant.sql).
-- in: nothing   out: missing, such as "DELETE on library.loan"
SELECT kind || ' on ' || relation.oid::regclass::text AS missing
FROM pg_class AS relation CROSS JOIN unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) AS kind
WHERE relation.relnamespace = ANY (ARRAY['library'::regnamespace, 'sync'::regnamespace]::oid[])
  AND relation.relkind IN ('r', 'p') AND NOT relation.relispartition
  AND relation.oid::regclass::text NOT IN
      ('library.card_pin', 'sync.card_try', 'sync.card_answer', 'sync.moving_pin', 'sync.alembic_version')
  AND NOT has_table_privilege(relation.oid, kind)
UNION ALL
SELECT 'TEMPORARY on the database' WHERE NOT has_database_privilege(current_database(), 'TEMPORARY')
ORDER BY missing;
