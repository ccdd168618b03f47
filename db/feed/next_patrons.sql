-- Patrons of whom a consumer that began with all of them has not been told yet, in the order of their numbers.
-- in: consumer, most   out: patron_number; no row: it has been told of all, or began with none
SELECT patron_number FROM downstream.next_patrons(%(consumer)s::text, %(most)s::integer);
