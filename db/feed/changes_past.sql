-- The events after one that a consumer was given and is not done with yet: for who reads ahead. They end where what was
-- committed when it was given that one ends.
-- in: consumer, past (that event's position), most   out: as next_changes
SELECT string_agg(position::text, ','), string_agg(to_json(patron_number)::text, ','),
       string_agg(concat_ws(E'\t', kind, at, array_to_json(fields), run), E'\n')
FROM downstream.changes_past(%(consumer)s::text, %(past)s::bigint, %(most)s::integer);
