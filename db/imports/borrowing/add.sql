-- Adds what is new, but for what was deleted, because it was due, while the file was being loaded.
-- In: import_line, without what is there already; kind (in sync.forgotten). Out: how many, as the rows written.
INSERT INTO {table} ({columns})
SELECT {values}
FROM import_line AS staged
WHERE NOT EXISTS (SELECT FROM sync.forgotten WHERE forgotten.kind = %(kind)s AND forgotten.number = staged.{key});
