-- How many lines are right.
-- In: import_line. Out: the number.
SELECT count(*) FROM import_line;
