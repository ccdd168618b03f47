-- Locks what is there already and is to change, in one order, so that retention does not touch it meanwhile.
-- In: import_line, without the lines that change nothing. Out: how many were locked.
SELECT count(*)
FROM (
    SELECT FROM {table} AS stored
    JOIN import_line AS staged ON {same}
    ORDER BY {stored_identity}
    FOR NO KEY UPDATE OF stored
) AS locked;
