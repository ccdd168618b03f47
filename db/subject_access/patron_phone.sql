-- The patron's telephone numbers.
-- in: number   out: the columns of library.patron_phone
SELECT * FROM library.patron_phone WHERE patron_number = %(number)s ORDER BY kind, number;
