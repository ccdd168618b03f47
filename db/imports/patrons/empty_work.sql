-- Forgets what was found to be done, to find it anew.
-- In: nothing. Out: import_work and import_gone are empty.
TRUNCATE import_work, import_gone;
