-- A charge whose loan was deleted because it was due is taken without it.
-- In: import_line, kind (of loans, in sync.forgotten). Out: loan_number is null there.
UPDATE import_line AS staged SET loan_number = NULL
WHERE EXISTS (SELECT FROM sync.forgotten WHERE forgotten.kind = %(kind)s AND forgotten.number = staged.loan_number)
  AND NOT EXISTS (SELECT FROM library.loan WHERE loan.loan_number = staged.loan_number);
