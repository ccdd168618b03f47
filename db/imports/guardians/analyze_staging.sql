-- Counts the lines for the planner, which takes a temporary table for small.
-- In: import_guardian. Out: nothing.
ANALYZE import_guardian;
