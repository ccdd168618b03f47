-- Counts the lines for the planner, which takes a temporary table for small.
-- In: import_line. Out: nothing.
ANALYZE import_line;
