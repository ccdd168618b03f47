-- What has a line already: the first one that can be read is loaded, the others are rejects.
-- In: import_line. Out: these lines leave it for import_reject.
WITH numbered AS (
    SELECT line, min(line) OVER (PARTITION BY {identity}) AS first FROM import_line
), second_line AS (
    DELETE FROM import_line AS staged USING numbered
    WHERE numbered.line = staged.line AND numbered.first < staged.line
    RETURNING staged.line, staged.{key} AS key, numbered.first
)
INSERT INTO import_reject (line, key, column_name, fault, other)
SELECT line, key, '{key}', 'second line', first::text FROM second_line;
