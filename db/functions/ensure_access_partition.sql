-- sync.ensure_access_partition(month): makes the partition of the access log that a day's month (UTC) needs, where missing.
-- It runs as its owner: the worker may not make or drop tables.
-- in: any day of the month   out: true where it was made. Rows of that month which the default partition took move over
CREATE OR REPLACE FUNCTION sync.ensure_access_partition(month date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    first_day constant date := date_trunc('month', month)::date;
    starts constant timestamptz := first_day::timestamp AT TIME ZONE 'UTC';
    ends constant timestamptz := (first_day + interval '1 month') AT TIME ZONE 'UTC';
    partition constant text := 'registry_access_' || to_char(first_day, 'YYYY_MM');
BEGIN
    IF to_regclass('sync.' || partition) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- One session at a time; nobody who reads or writes the log waits. (An advisory lock would not do: only the lock of
    -- a table makes this session see a partition that another one has made meanwhile.)
    LOCK TABLE sync.registry_access IN SHARE UPDATE EXCLUSIVE MODE;
    IF to_regclass('sync.' || partition) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE sync.%I (LIKE sync.registry_access INCLUDING ALL)', partition);
    EXECUTE format('COMMENT ON TABLE sync.%I IS %L', partition, 'The registry access log of one month (UTC)');
    LOCK TABLE sync.registry_access_default IN ACCESS EXCLUSIVE MODE;
    EXECUTE format(
        'WITH moved AS (DELETE FROM sync.registry_access_default WHERE asked_at >= $1 AND asked_at < $2 RETURNING *)
         INSERT INTO sync.%I SELECT * FROM moved', partition
    ) USING starts, ends;
    EXECUTE format(
        'ALTER TABLE sync.registry_access ATTACH PARTITION sync.%I FOR VALUES FROM (%L) TO (%L)',
        partition, starts, ends
    );
    RETURN true;
END
$$;
COMMENT ON FUNCTION sync.ensure_access_partition(date) IS 'Makes the access log''s partition for the day''s month where missing';
