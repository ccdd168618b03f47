-- How many lines are wrong.
-- In: import_reject. Out: lines.
SELECT count(DISTINCT line) AS lines FROM import_reject;
