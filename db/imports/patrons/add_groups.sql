-- Adds the patron groups that this load is the first to mention.
-- In: import_work. Out: nothing.
INSERT INTO library.patron_group (patron_group)
SELECT DISTINCT patron_group FROM import_work WHERE patron_group IS NOT NULL
ON CONFLICT DO NOTHING;
