-- The patron's absences.
-- in: number   out: the columns of library.absence
SELECT * FROM library.absence WHERE patron_number = %(number)s ORDER BY absent_from;
