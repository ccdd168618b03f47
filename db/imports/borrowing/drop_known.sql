-- Leaves the lines about what is new. (Asked while they are added, each would be held against a table that grows.)
-- In: import_line. Out: the other lines are gone from it.
DELETE FROM import_line AS staged USING {table} AS stored WHERE {same};
