-- The events that a consumer has to deal with next.
-- in: consumer, most, between (what is put between the fields)
-- out: position, patron_number, kind, fields (one text), at, run; no row: there is nothing new
SELECT position, patron_number, kind, array_to_string(fields, %(between)s::text), at, run
FROM downstream.next_changes(%(consumer)s::text, %(most)s::integer);
