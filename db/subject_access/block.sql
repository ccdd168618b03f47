-- The patron's blocks.
-- in: number   out: the columns of library.block
SELECT * FROM library.block WHERE patron_number = %(number)s ORDER BY since, reason, source;
