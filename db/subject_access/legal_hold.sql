-- The legal holds on the patron.
-- in: number   out: the columns of library.legal_hold
SELECT * FROM library.legal_hold WHERE patron_number = %(number)s ORDER BY placed_on;
