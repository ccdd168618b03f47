-- The patron's fees and bills.
-- in: number   out: the columns of library.charge
SELECT * FROM library.charge WHERE patron_number = %(number)s ORDER BY charged_at, charge_number;
