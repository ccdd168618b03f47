-- Adds the branches that this load is the first to mention.
-- In: import_work. Out: nothing.
INSERT INTO library.branch (branch)
SELECT DISTINCT home_branch FROM import_work WHERE home_branch IS NOT NULL
ON CONFLICT DO NOTHING;
