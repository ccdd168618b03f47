-- Counts the lines for the planner, which takes a temporary table for small.
-- In: import_patron. Out: nothing.
ANALYZE import_patron;
