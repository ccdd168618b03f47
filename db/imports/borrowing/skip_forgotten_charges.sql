-- Payments of charges that were deleted because they were due: they went with them.
-- In: import_line, kind (of charges, in sync.forgotten). Out: these lines are gone from it; how many, as the rows written.
DELETE FROM import_line AS staged
WHERE EXISTS (SELECT FROM sync.forgotten WHERE forgotten.kind = %(kind)s AND forgotten.number = staged.charge_number)
  AND NOT EXISTS (SELECT FROM library.charge WHERE charge.charge_number = staged.charge_number);
