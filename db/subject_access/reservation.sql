-- The patron's reservations.
-- in: number   out: the columns of library.reservation
SELECT * FROM library.reservation WHERE patron_number = %(number)s ORDER BY reserved_at, reservation_number;
