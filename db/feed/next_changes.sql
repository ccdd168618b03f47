-- The events that a consumer has to deal with next.
-- in: consumer, most   out: position, patron_number, kind, fields, at, run; no row: there is nothing new
SELECT position, patron_number, kind, fields, at, run FROM downstream.next_changes(%(consumer)s, %(most)s);
