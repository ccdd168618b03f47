-- Lines that refer to somebody or something that is not there.
-- In: import_line, column and fault. Out: these lines leave it for import_reject.
WITH orphan AS (
    DELETE FROM import_line AS staged
    WHERE staged.{parent_key} IS NOT NULL
      AND NOT EXISTS (SELECT FROM {parent} AS parent WHERE parent.{parent_key} = staged.{parent_key})
    RETURNING staged.line, staged.{key} AS key
)
INSERT INTO import_reject (line, key, column_name, fault)
SELECT line, key, %(column)s, %(fault)s FROM orphan;
