-- downstream.next_changes(consumer, most): the events that come next, those first that were committed first; the same again
-- until downstream.commit_position(consumer, position) says which was the last one that is done with.
-- in: the consumer's name, at most so many events; its name, the place of an event that next_changes has given
-- out: events in the order in which they are to be dealt with, none: there is nothing new; errors as of sync.own_consumer,
--     PF007 (next_changes has not given that event, or it was committed already)
CREATE OR REPLACE FUNCTION downstream.next_changes(consumer text, most integer DEFAULT 1000)
RETURNS TABLE ("position" bigint, patron_number text, kind text, fields text[], at timestamptz, run bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 1000
AS $$
DECLARE
    mine sync.consumer := sync.own_consumer(next_changes.consumer);
    committed pg_snapshot;
BEGIN
    IF mine.reading_snapshot IS NULL THEN
        committed := sync.committed_by_now();
        -- + 0: or the least place would be looked for from the first event on
        SELECT min(change.position + 0) - 1, max(change.position + 0) INTO mine.reading_after, mine.reading_to
        FROM sync.change
        WHERE change.transaction_id >= pg_snapshot_xmin(mine.read_snapshot)
          AND NOT pg_visible_in_snapshot(change.transaction_id, mine.read_snapshot)
          AND pg_visible_in_snapshot(change.transaction_id, committed);
        IF mine.reading_to IS NULL THEN
            IF mine.read_at < clock_timestamp() - interval '1 hour' THEN
                UPDATE sync.consumer AS one SET read_snapshot = committed, read_at = clock_timestamp()
                WHERE one.consumer = next_changes.consumer AND one.read_snapshot::text = mine.read_snapshot::text
                  AND one.reading_snapshot IS NULL;
            END IF;
            RETURN;
        END IF;
        mine.reading_snapshot := committed;
        UPDATE sync.consumer AS one
        SET reading_snapshot = committed, reading_after = mine.reading_after, reading_to = mine.reading_to,
            read_at = clock_timestamp()
        WHERE one.consumer = next_changes.consumer AND one.read_snapshot::text = mine.read_snapshot::text AND one.reading_snapshot IS NULL;
        IF NOT FOUND THEN
            RETURN; -- somebody else reads in this name at this moment
        END IF;
    END IF;
    RETURN QUERY SELECT * FROM sync.changes_given(mine, mine.reading_after, most);
    IF NOT FOUND AND most IS DISTINCT FROM 0 THEN -- what was left of them was deleted by hand
        UPDATE sync.consumer AS one
        SET read_snapshot = one.reading_snapshot, reading_snapshot = NULL, reading_after = NULL, reading_to = NULL
        WHERE one.consumer = next_changes.consumer AND one.reading_snapshot::text = mine.reading_snapshot::text;
    END IF;
END
$$;
COMMENT ON FUNCTION downstream.next_changes(text, integer) IS 'The events that a consumer has to deal with next';

CREATE OR REPLACE FUNCTION downstream.commit_position(consumer text, "position" bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM sync.own_consumer(commit_position.consumer);
    UPDATE sync.consumer AS one
    SET "position" = commit_position.position,
        patrons_after = NULL, -- who is done with a change has read the patrons before
        read_snapshot = CASE WHEN commit_position.position = one.reading_to THEN one.reading_snapshot ELSE one.read_snapshot END,
        reading_snapshot = CASE WHEN commit_position.position < one.reading_to THEN one.reading_snapshot END,
        reading_after = CASE WHEN commit_position.position < one.reading_to THEN commit_position.position END,
        reading_to = CASE WHEN commit_position.position < one.reading_to THEN one.reading_to END,
        stopped_at = NULL, stopped_position = NULL, stopped_reason = NULL,
        read_at = clock_timestamp()
    WHERE one.consumer = commit_position.consumer
      AND commit_position.position > one.reading_after AND commit_position.position <= one.reading_to
      AND EXISTS (
          SELECT FROM sync.change
          WHERE change.position = commit_position.position
            AND pg_visible_in_snapshot(change.transaction_id, one.reading_snapshot)
            AND NOT pg_visible_in_snapshot(change.transaction_id, one.read_snapshot));
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this is no event that the consumer is reading'
            USING ERRCODE = 'PF007', HINT = 'Does somebody else read in its name?';
    END IF;
END
$$;
COMMENT ON FUNCTION downstream.commit_position(text, bigint) IS 'Says that a consumer is done with this event and those given before it';
