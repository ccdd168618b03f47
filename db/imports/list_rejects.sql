-- The lines that can't be loaded, in the order of the file.
-- In: import_reject. Out: line, key, column_name, fault, other.
SELECT line, key, column_name, fault, other FROM import_reject ORDER BY line, column_name NULLS FIRST;
