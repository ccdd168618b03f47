-- Those about whom the registry was asked in vain come after the others from now on, so that they never bar the way.
-- in: numbers   out: nothing
UPDATE sync.patron_check SET failed_before = true WHERE patron_number = ANY (%(numbers)s) AND NOT failed_before;
