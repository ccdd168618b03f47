-- sync.drop_access_partitions(cut_off): drops the partitions of the access log whose month lies wholly before the day and
-- that are empty. Waits for nobody longer than the session's lock_timeout.
-- It runs as its owner: the worker may not make or drop tables.
-- in: the last day that is due   out: how many
CREATE OR REPLACE FUNCTION sync.drop_access_partitions(cut_off date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    partition regclass;
    is_empty boolean;
    dropped integer := 0;
BEGIN
    FOR partition IN
        SELECT oid::regclass FROM pg_class JOIN pg_inherits ON inhrelid = oid
        WHERE inhparent = 'sync.registry_access'::regclass AND relname ~ '^registry_access_[0-9]{4}_[0-9]{2}$'
          AND right(relname, 7) < to_char(cut_off - 1, 'YYYY_MM')
        ORDER BY relname
    LOOP
        EXECUTE format('SELECT NOT EXISTS (SELECT FROM %s)', partition) INTO is_empty;
        IF is_empty THEN
            EXECUTE format('LOCK TABLE sync.registry_access, %s IN ACCESS EXCLUSIVE MODE', partition);
            EXECUTE format('SELECT NOT EXISTS (SELECT FROM %s)', partition) INTO is_empty;
            IF is_empty THEN
                EXECUTE format('DROP TABLE %s', partition);
                dropped := dropped + 1;
            END IF;
        END IF;
    END LOOP;
    RETURN dropped;
END
$$;
COMMENT ON FUNCTION sync.drop_access_partitions(date) IS 'Drops partitions of the access log that are over for good, and empty';
