-- Forgets what was found to be done, to find it anew.
-- In: nothing. Out: import_work is empty.
TRUNCATE import_work;
