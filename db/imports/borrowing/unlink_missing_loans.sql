-- A message whose loan is not there loses the link.
-- In: import_line. Out: loan_number is null there; how many, as the rows written.
UPDATE import_line AS staged SET loan_number = NULL
WHERE loan_number IS NOT NULL
  AND NOT EXISTS (SELECT FROM library.loan WHERE loan.loan_number = staged.loan_number);
