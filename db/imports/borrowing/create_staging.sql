-- Where an extract of loans, reservations, charges, payments, messages or holds is put by COPY. Temporary: seen by this
-- session alone. import_line: the file's lines as they are, a column that the file lacks being null.
-- In: nothing. Out: an empty table.
DROP TABLE IF EXISTS import_line;
CREATE TEMPORARY TABLE import_line (line integer NOT NULL, {staging_columns});
