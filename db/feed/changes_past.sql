-- The events after one that a consumer was given and is not done with yet: for who reads ahead. They end where what was
-- committed when it was given that one ends.
-- in: consumer, past (that event's position), most   out: as next_changes
WITH mine AS MATERIALIZED (SELECT * FROM sync.own_consumer(%(consumer)s)),
following AS (
    SELECT position, patron_number, kind, fields, at, run_id AS run
    FROM sync.change
    WHERE position > %(past)s AND position <= (SELECT reading_to FROM mine)
      AND pg_visible_in_snapshot(transaction_id, (SELECT reading_snapshot FROM mine))
      AND NOT pg_visible_in_snapshot(transaction_id, (SELECT read_snapshot FROM mine))
    ORDER BY position
    LIMIT %(most)s
)
SELECT string_agg(position::text, ','), string_agg(to_json(patron_number)::text, ','),
       string_agg(concat_ws(E'\t', kind, at, array_to_json(fields), run), E'\n')
FROM following;
