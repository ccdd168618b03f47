-- Patrons of whom a consumer that began with all of them has not been told yet, in the order of their numbers.
-- in: consumer, most   out: patron_number; no row: it has been told of all, or began with none
SELECT patron.patron_number
FROM sync.own_consumer(%(consumer)s) AS mine
JOIN library.patron AS patron ON patron.patron_number > mine.patrons_after
ORDER BY patron.patron_number
LIMIT %(most)s;
