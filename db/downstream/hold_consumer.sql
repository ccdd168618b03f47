-- downstream.hold_consumer(consumer): lets one session at a time read in a consumer's name, as long as the session lasts.
-- downstream.stop_consumer(consumer, position, reason): notes that it stopped, since an event could not be delivered.
-- downstream.skip_change(consumer): goes past that event, which is never delivered.
-- in: the consumer's name; the place of the event that it is at, 0: it is being told of patrons; why: refused, unreachable,
--     timeout or certificate
-- out: whether it is this session; nothing; the place of that event, null: it has not stopped; errors as of sync.own_consumer,
--     PF007 (that is not what comes next), PF008 (no such reason)
CREATE OR REPLACE FUNCTION downstream.hold_consumer(consumer text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM sync.own_consumer(hold_consumer.consumer);
    RETURN pg_try_advisory_lock(hashtextextended('patronsync consumer ' || hold_consumer.consumer, 0));
END
$$;
COMMENT ON FUNCTION downstream.hold_consumer(text) IS 'Lets this session alone read in a consumer''s name, as long as it lasts; false: another one does';

CREATE OR REPLACE FUNCTION downstream.stop_consumer(consumer text, "position" bigint, reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM sync.own_consumer(stop_consumer.consumer);
    IF (stop_consumer.reason IN ('refused', 'unreachable', 'timeout', 'certificate')) IS NOT TRUE THEN
        RAISE EXCEPTION 'a consumer stops for a reason that has a code' USING ERRCODE = 'PF008';
    END IF;
    UPDATE sync.consumer AS one
    SET stopped_at = clock_timestamp(), stopped_position = stop_consumer.position, stopped_reason = stop_consumer.reason,
        read_at = clock_timestamp()
    WHERE one.consumer = stop_consumer.consumer
      AND CASE stop_consumer.position WHEN 0 THEN one.patrons_after IS NOT NULL
               ELSE stop_consumer.position > one.reading_after AND stop_consumer.position <= one.reading_to END;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this is no event that the consumer is reading'
            USING ERRCODE = 'PF007', HINT = 'Does somebody else read in its name?';
    END IF;
END
$$;
COMMENT ON FUNCTION downstream.stop_consumer(text, bigint, text) IS 'Notes that a consumer stopped at this event (0: while it is told of patrons), and why: refused, unreachable, timeout or certificate';

CREATE OR REPLACE FUNCTION downstream.skip_change(consumer text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    stopped constant bigint := (sync.own_consumer(skip_change.consumer)).stopped_position;
BEGIN
    IF stopped = 0 THEN -- where nobody is left to be told of, next_patrons has noted it
        PERFORM downstream.commit_patrons(skip_change.consumer, following.patron_number)
        FROM downstream.next_patrons(skip_change.consumer, 1) AS following;
    ELSIF stopped IS NOT NULL THEN
        IF stopped IS DISTINCT FROM (SELECT following.position FROM downstream.next_changes(skip_change.consumer, 1) AS following) THEN
            RAISE EXCEPTION 'another event comes next' USING ERRCODE = 'PF007', HINT = 'Does somebody else read in its name?';
        END IF;
        PERFORM downstream.commit_position(skip_change.consumer, stopped);
    END IF;
    RETURN stopped;
END
$$;
COMMENT ON FUNCTION downstream.skip_change(text) IS 'Goes past the event at which a consumer has stopped; its position, null: it has not stopped';
