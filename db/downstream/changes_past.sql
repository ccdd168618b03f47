-- downstream.changes_past(consumer, past, most): what next_changes gives once the event at this place, which it has given, is
-- committed: for who reads ahead. It ends where what was committed when next_changes gave that one ends.
-- in: the consumer's name, an event's place, at most so many events   out: events as of next_changes; errors as of sync.own_consumer
CREATE OR REPLACE FUNCTION downstream.changes_past(consumer text, past bigint, most integer DEFAULT 1000)
RETURNS TABLE ("position" bigint, patron_number text, kind text, fields text[], at timestamptz, run bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 1000
AS $$
DECLARE
    mine constant sync.consumer := sync.own_consumer(changes_past.consumer);
BEGIN
    RETURN QUERY SELECT * FROM sync.changes_given(mine, past, most);
END
$$;
COMMENT ON FUNCTION downstream.changes_past(text, bigint, integer) IS 'What next_changes gives once this event, which it has given, is committed: for who reads ahead';
