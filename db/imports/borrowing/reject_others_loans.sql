-- A charge for a loan of somebody else's.
-- In: import_line. Out: these lines leave it for import_reject.
WITH of_another AS (
    DELETE FROM import_line AS staged USING library.loan
    WHERE loan.loan_number = staged.loan_number AND loan.patron_number <> staged.patron_number
    RETURNING staged.line, staged.charge_number
)
INSERT INTO import_reject (line, key, column_name, fault)
SELECT line, charge_number, 'loan_number', 'another''s loan' FROM of_another;
