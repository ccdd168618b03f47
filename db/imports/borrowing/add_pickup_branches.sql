-- Adds the branches that this load is the first to mention.
-- In: import_line. Out: nothing.
INSERT INTO library.branch (branch)
SELECT DISTINCT pickup_branch FROM import_line WHERE pickup_branch IS NOT NULL
ON CONFLICT DO NOTHING;
