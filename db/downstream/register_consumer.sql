-- downstream.register_consumer(consumer, start): registers a consumer of the change feed. downstream.forget_consumer(consumer)
-- ends that: no event is kept for it any more.
-- in: its name; start: now, beginning (read the views after this is committed, then the changes), kept (every event that is
--     still there), or a time (every event of a transaction that began then or later, and maybe some others)
-- out: nothing; errors PF004 (there is one of this name that lives), PF005 (no such start), PF006 (no such name), PF001, PF003
CREATE OR REPLACE FUNCTION downstream.register_consumer(consumer text, start text DEFAULT 'now') RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    committed constant pg_snapshot := sync.committed_by_now();
    since timestamptz;
    known sync.consumer;
    first_position bigint;
    last_position bigint;
BEGIN
    IF (register_consumer.consumer ~ '^[a-z][a-z0-9_-]{0,62}$') IS NOT TRUE THEN
        RAISE EXCEPTION 'the consumer''s name must be small letters, digits, - and _' USING ERRCODE = 'PF006';
    END IF;
    IF start NOT IN ('now', 'beginning', 'kept') THEN
        BEGIN
            since := start::timestamptz;
        EXCEPTION WHEN data_exception THEN
            RAISE EXCEPTION 'a consumer starts from now, beginning, kept or a time' USING ERRCODE = 'PF005';
        END;
    ELSIF start = 'kept' THEN
        since := '-infinity';
    END IF;
    SELECT * INTO known FROM sync.consumer AS one WHERE one.consumer = register_consumer.consumer FOR UPDATE;
    IF known.consumer IS NOT NULL THEN
        IF known.dead_on IS NULL THEN
            RAISE EXCEPTION 'there is a consumer of this name' USING ERRCODE = 'PF004', HINT = 'Forget it first.';
        END IF;
        PERFORM downstream.forget_consumer(register_consumer.consumer);
    END IF;
    IF since IS NOT NULL THEN
        SELECT min(change.position + 0) INTO first_position FROM sync.change
        WHERE change.at >= since AND pg_visible_in_snapshot(change.transaction_id, committed);
        SELECT max(change.position + 0) INTO last_position FROM sync.change
        WHERE change.position >= first_position AND pg_visible_in_snapshot(change.transaction_id, committed);
    END IF;
    INSERT INTO sync.consumer (consumer, read_snapshot, reading_snapshot, reading_after, reading_to, patrons_after, registered_by)
    VALUES (register_consumer.consumer,
            CASE WHEN first_position IS NULL THEN committed ELSE '1:1:' END,
            CASE WHEN first_position IS NOT NULL THEN committed END,
            first_position - 1, last_position,
            CASE WHEN start = 'beginning' THEN '' END, sync.caller());
END
$$;
COMMENT ON FUNCTION downstream.register_consumer(text, text) IS 'Registers a consumer of the change feed, from now, beginning, kept or a time on';

CREATE OR REPLACE FUNCTION downstream.forget_consumer(consumer text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    BEGIN
        PERFORM sync.own_consumer(forget_consumer.consumer);
    EXCEPTION WHEN SQLSTATE 'PF002' THEN NULL; -- who is dead may be forgotten
    END;
    DELETE FROM sync.consumer AS one WHERE one.consumer = forget_consumer.consumer;
END
$$;
COMMENT ON FUNCTION downstream.forget_consumer(text) IS 'Ends a consumer: no event is kept for it any more';
