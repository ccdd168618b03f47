-- Gives what is there already what its line says; a row that stays as it is is not written anew. A column that the file
-- lacks is left alone; an empty cell clears, but for columns that hold for good.
-- In: import_line. Out: how many changed, as the rows written.
UPDATE {table} AS stored SET {assignments}
FROM import_line AS staged
WHERE {same} AND ROW({assigned}) IS DISTINCT FROM ROW({taken});
