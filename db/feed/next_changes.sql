-- The events that a consumer has to deal with next, as three texts: a row an event takes longer to be taken apart than to be read.
-- in: consumer, most
-- out: one row: positions and patron numbers (JSON, commas between), what each tells (a line each: kind, at, fields in JSON, and
--     run where there is one, tabs between); nulls: there is nothing new
SELECT string_agg(position::text, ','), string_agg(to_json(patron_number)::text, ','),
       string_agg(concat_ws(E'\t', kind, at, array_to_json(fields), run), E'\n')
FROM downstream.next_changes(%(consumer)s::text, %(most)s::integer);
