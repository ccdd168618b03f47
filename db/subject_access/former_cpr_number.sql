-- The CPR numbers that the patron had before.
-- in: number   out: the columns of library.former_cpr_number
SELECT * FROM library.former_cpr_number WHERE patron_number = %(number)s ORDER BY until;
