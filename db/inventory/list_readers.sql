-- Who may read what, as the database's own catalog and grants tell it: each table, view and function that works with its
-- owner's rights, each role that it is granted to (and that is let into its schema), and the columns of tables that come of
-- it. A view is taken to show all that its statement, and the functions in it, use. Of a function the catalog knows what it
-- uses where its body was parsed when it was made; one that is a text (is_text) it knows nothing of. The owner of each, who
-- has every right, is not listed.
-- in: schemas   out: reader (schema.name), kind (table, view, function), is_text, role (PUBLIC: everybody), places
--     (schema.table.column), calls (text functions with their owner's rights that a view uses)
WITH RECURSIVE relation AS (
    SELECT one.oid, coalesce(pg_partition_root(one.oid)::oid, one.oid) AS root, one.relkind IN ('v', 'm') AS is_view,
           one.relowner AS owner, one.relnamespace AS schema, one.relacl AS acl
    FROM pg_class AS one
    WHERE one.relnamespace = ANY (%(schemas)s::text[]::regnamespace[]) AND one.relkind IN ('r', 'p', 'v', 'm', 'f')
), column_of AS (
    SELECT relation.oid, attribute.attnum, attribute.attacl AS acl, root.relnamespace::regnamespace || '.' || root.relname || '.' || attribute.attname AS place
    FROM relation
    JOIN pg_class AS root ON root.oid = relation.root
    JOIN pg_attribute AS attribute ON attribute.attrelid = relation.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
    WHERE NOT relation.is_view
), function AS (
    SELECT oid, proname, proowner AS owner, pronamespace AS schema, prosqlbody IS NULL AS is_text,
           coalesce(proacl, acldefault('f', proowner)) AS acl
    FROM pg_proc WHERE pronamespace = ANY (%(schemas)s::text[]::regnamespace[]) AND prosecdef
), uses (reader, class, oid, attnum) AS (
    SELECT relation.oid, 'pg_rewrite'::regclass::oid, rule.oid, 0
    FROM relation JOIN pg_rewrite AS rule ON rule.ev_class = relation.oid
    UNION
    SELECT oid, 'pg_proc'::regclass::oid, oid, 0 FROM function
    UNION
    SELECT uses.reader, CASE WHEN rule.oid IS NULL THEN used.refclassid ELSE 'pg_rewrite'::regclass END,
           coalesce(rule.oid, used.refobjid), CASE WHEN rule.oid IS NULL THEN used.refobjsubid ELSE 0 END
    FROM uses
    JOIN pg_depend AS used ON used.classid = uses.class AND used.objid = uses.oid AND used.deptype = 'n' AND uses.attnum = 0
    LEFT JOIN pg_rewrite AS rule ON used.refclassid = 'pg_class'::regclass AND rule.ev_class = used.refobjid
    WHERE used.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass)
), shown (reader, place) AS (
    SELECT uses.reader, column_of.place
    FROM uses JOIN column_of ON uses.class = 'pg_class'::regclass AND column_of.oid = uses.oid AND column_of.attnum = uses.attnum
), granted AS (
    SELECT 'table' AS kind, relation.root AS reader, relation.schema, false AS is_text, relation.owner, held.grantee, column_of.place
    FROM relation
    JOIN column_of USING (oid)
    CROSS JOIN LATERAL (
        SELECT (aclexplode(relation.acl)).* UNION ALL SELECT (aclexplode(column_of.acl)).*) AS held
    WHERE held.privilege_type = 'SELECT'
    UNION ALL
    SELECT 'view', relation.oid, relation.schema, false, relation.owner, held.grantee, shown.place
    FROM relation
    CROSS JOIN LATERAL (
        SELECT (aclexplode(relation.acl)).*
        UNION ALL
        SELECT (aclexplode(attacl)).* FROM pg_attribute WHERE attrelid = relation.oid) AS held
    LEFT JOIN shown ON shown.reader = relation.oid
    WHERE relation.is_view AND held.privilege_type = 'SELECT'
    UNION ALL
    SELECT 'function', function.oid, function.schema, function.is_text, function.owner, held.grantee, shown.place
    FROM function
    CROSS JOIN LATERAL aclexplode(function.acl) AS held
    LEFT JOIN shown ON shown.reader = function.oid
)
SELECT granted.schema::regnamespace || '.' || coalesce(relation.relname, function.proname) AS reader, granted.kind, granted.is_text,
       coalesce(pg_get_userbyid(nullif(granted.grantee, 0))::text, 'PUBLIC') AS role,
       array_remove(array_agg(DISTINCT granted.place ORDER BY granted.place), NULL) AS places,
       ARRAY(SELECT DISTINCT called.schema::regnamespace || '.' || called.proname
             FROM uses JOIN function AS called ON called.oid = uses.oid AND called.is_text
             WHERE uses.reader = granted.reader AND uses.class = 'pg_proc'::regclass ORDER BY 1) AS calls
FROM granted
LEFT JOIN pg_class AS relation ON relation.oid = granted.reader AND granted.kind <> 'function'
LEFT JOIN function ON function.oid = granted.reader AND granted.kind = 'function'
WHERE granted.grantee <> granted.owner
  AND CASE WHEN granted.grantee = 0 THEN has_schema_privilege('public', granted.schema, 'USAGE')
           ELSE has_schema_privilege(granted.grantee, granted.schema, 'USAGE') END
GROUP BY granted.kind, granted.reader, granted.schema, relation.relname, function.proname, granted.is_text, granted.grantee
ORDER BY reader, role;
