-- Lines about what was deleted because it was due: an old extract brings nothing back. Whatever is there is no such line.
-- In: import_line, kind (in sync.forgotten). Out: these lines are gone from it; how many, as the rows written.
DELETE FROM import_line AS staged
WHERE EXISTS (SELECT FROM sync.forgotten WHERE forgotten.kind = %(kind)s AND forgotten.number = staged.{key})
  AND NOT EXISTS (SELECT FROM {table} AS stored WHERE {same});
