-- Where the lines that can't be loaded are listed. Temporary: seen by this session alone.
-- In: nothing. Out: an empty table import_reject.
DROP TABLE IF EXISTS import_reject;
CREATE TEMPORARY TABLE import_reject (line integer NOT NULL, key text, column_name text, fault text NOT NULL, other text);
