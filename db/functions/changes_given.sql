-- sync.changes_given(mine, past, most): the events that a consumer is reading, those after a place among them, in their order.
-- in: the consumer's row, a place, at most so many events   out: as downstream.next_changes
CREATE OR REPLACE FUNCTION sync.changes_given(mine sync.consumer, past bigint, most integer)
RETURNS TABLE ("position" bigint, patron_number text, kind text, fields text[], at timestamptz, run bigint)
LANGUAGE sql STABLE ROWS 1000
AS $$
    SELECT change.position, change.patron_number, change.kind, change.fields, change.at, change.run_id
    FROM sync.change
    WHERE change.position > past AND change.position <= (mine).reading_to
      AND pg_visible_in_snapshot(change.transaction_id, (mine).reading_snapshot)
      AND NOT pg_visible_in_snapshot(change.transaction_id, (mine).read_snapshot)
    ORDER BY change.position
    LIMIT most
$$;
COMMENT ON FUNCTION sync.changes_given(sync.consumer, bigint, integer) IS 'The events that a consumer is reading, after a place among them';
