-- Leaves nothing of the file in the session.
-- In: nothing. Out: nothing.
DROP TABLE IF EXISTS import_patron, import_work, import_gone;
