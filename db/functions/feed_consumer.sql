-- sync.reads_for(registered_by): whether who asks may read in the name of a consumer of the change feed that this role
-- registered: the role itself, the worker, and the owner of the feed.
-- sync.own_consumer(consumer): a consumer of the change feed, for who may read in its name.
-- in: a role's name; a consumer's name
-- out: true or false; its row; errors PF001 (there is none), PF002 (it was declared dead), PF003 (it is somebody else's)
CREATE OR REPLACE FUNCTION sync.reads_for(registered_by text) RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT registered_by = sync.caller() OR sync.is_member(sync.caller(), 'patronsync_worker')
        OR pg_has_role(sync.caller(), (SELECT relowner FROM pg_class WHERE oid = 'sync.consumer'::regclass), 'MEMBER')
$$;
COMMENT ON FUNCTION sync.reads_for(text) IS 'Whether who asks may read in the name of a consumer that this role registered';

CREATE OR REPLACE FUNCTION sync.own_consumer(named text) RETURNS sync.consumer
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    found sync.consumer;
BEGIN
    SELECT * INTO found FROM sync.consumer WHERE consumer = named;
    IF found.consumer IS NULL THEN
        RAISE EXCEPTION 'there is no consumer of this name' USING ERRCODE = 'PF001', HINT = 'Register it.';
    END IF;
    IF NOT sync.reads_for(found.registered_by) THEN
        RAISE EXCEPTION 'the consumer is another role''s' USING ERRCODE = 'PF003', HINT = 'Register one of your own.';
    END IF;
    IF found.dead_on IS NOT NULL THEN
        RAISE EXCEPTION 'the consumer was declared dead: events that it has not read may be gone'
            USING ERRCODE = 'PF002', HINT = 'Register it anew, from the beginning.';
    END IF;
    RETURN found;
END
$$;
COMMENT ON FUNCTION sync.own_consumer(text) IS 'A consumer, for who may read in its name';
