-- Leaves out the lines whose rows say already what they say: there is nothing to do, and what becomes of such a row while
-- the file is being loaded (retention deletes or redacts it) is not undone.
-- In: import_line. Out: these lines are gone from it; how many, as the rows written.
DELETE FROM import_line AS staged USING {table} AS stored
WHERE {same} AND ROW({assigned}) IS NOT DISTINCT FROM ROW({taken});
