-- The patron's loans.
-- in: number   out: the columns of library.loan
SELECT * FROM library.loan WHERE patron_number = %(number)s ORDER BY lent_at, loan_number;
