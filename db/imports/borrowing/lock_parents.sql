-- Locks what lines that are new, or now refer to another, refer to, in one order: it must not be deleted before they are
-- loaded. Retention passes over what is locked, and comes back.
-- In: import_line. Out: how many were locked.
SELECT count(*)
FROM (
    SELECT FROM {parent} AS parent
    WHERE parent.{parent_key} IN (
        SELECT staged.{parent_key}
        FROM import_line AS staged
        LEFT JOIN {table} AS stored ON {same}
        WHERE stored.{parent_key} IS DISTINCT FROM staged.{parent_key})
    ORDER BY parent.{parent_key}
    FOR KEY SHARE
) AS locked;
