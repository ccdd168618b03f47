-- downstream.next_patrons(consumer, most): patrons of whom a consumer that began with all of them has not been told yet, the
-- same again until downstream.commit_patrons(consumer, patron_number) says up to which it has been. It is told of those whom
-- the role that registered it finds in a view of its own: downstream.patron, net_media_right or contact.
-- in: the consumer's name, at most so many patrons; its name, the number of the last patron
-- out: patron numbers in their order, none: it has been told of all; errors as of sync.own_consumer, PF007 (commit_patrons:
--     the consumer is not being told of patrons, or was told of this one)
CREATE OR REPLACE FUNCTION downstream.next_patrons(consumer text, most integer DEFAULT 1000)
RETURNS TABLE (patron_number text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 1000
AS $$
DECLARE
    mine constant sync.consumer := sync.own_consumer(next_patrons.consumer);
    reader text;
    sees_patrons boolean;
    sees_rights boolean;
    sees_contacts boolean;
BEGIN
    IF mine.patrons_after IS NULL THEN
        RETURN;
    END IF;
    -- where who registered it is gone, who reads for them is the operator
    reader := coalesce((SELECT rolname FROM pg_roles WHERE rolname = mine.registered_by), sync.caller());
    sees_patrons := has_column_privilege(reader, 'downstream.patron', 'patron_number', 'SELECT');
    sees_rights := has_column_privilege(reader, 'downstream.net_media_right', 'patron_number', 'SELECT');
    sees_contacts := has_column_privilege(reader, 'downstream.contact', 'patron_number', 'SELECT');
    RETURN QUERY -- OFFSET 0: or a view is read whole for each batch of patrons
        SELECT patron.patron_number
        FROM library.patron AS patron
        WHERE patron.patron_number > mine.patrons_after
          AND (sees_patrons
               OR (sees_rights AND EXISTS (
                   SELECT FROM downstream.net_media_right AS held WHERE held.patron_number = patron.patron_number OFFSET 0))
               OR (sees_contacts AND EXISTS (
                   SELECT FROM downstream.contact WHERE contact.patron_number = patron.patron_number OFFSET 0)))
        ORDER BY patron.patron_number
        LIMIT most;
    IF NOT FOUND AND most IS DISTINCT FROM 0 THEN
        UPDATE sync.consumer AS one
        SET patrons_after = NULL, stopped_at = NULL, stopped_position = NULL, stopped_reason = NULL, read_at = clock_timestamp()
        WHERE one.consumer = next_patrons.consumer AND one.patrons_after = mine.patrons_after;
    END IF;
END
$$;
COMMENT ON FUNCTION downstream.next_patrons(text, integer) IS 'Patrons of whom a consumer that began with all of them has not been told yet: those that its role finds in a view of its own';

CREATE OR REPLACE FUNCTION downstream.commit_patrons(consumer text, patron_number text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM sync.own_consumer(commit_patrons.consumer);
    UPDATE sync.consumer AS one
    SET patrons_after = commit_patrons.patron_number,
        stopped_at = NULL, stopped_position = NULL, stopped_reason = NULL,
        read_at = clock_timestamp()
    WHERE one.consumer = commit_patrons.consumer AND one.patrons_after < commit_patrons.patron_number;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this is no patron that the consumer is being told of'
            USING ERRCODE = 'PF007', HINT = 'Does somebody else read in its name?';
    END IF;
END
$$;
COMMENT ON FUNCTION downstream.commit_patrons(text, text) IS 'Says that a consumer has been told of the patrons up to this one';
