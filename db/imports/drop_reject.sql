-- Leaves nothing of the rejects in the session.
-- In: nothing. Out: nothing.
DROP TABLE IF EXISTS import_reject;
