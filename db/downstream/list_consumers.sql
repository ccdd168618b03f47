-- downstream.list_consumers(): the consumers of the change feed in whose name who asks may read (the operator: all), how far each
-- has come, how much waits for it and since when.
-- in: nothing   out: a row each, by name: waiting (events that it has not read), waiting_since (the time of the oldest of them),
--     behind_seconds (since then; 0: none waits), patrons_left (it began with all patrons, and has not been told of all)
CREATE OR REPLACE FUNCTION downstream.list_consumers()
RETURNS TABLE (consumer text, "position" bigint, waiting bigint, waiting_since timestamptz, behind_seconds float8,
               patrons_left boolean, registered_at timestamptz, registered_by text, read_at timestamptz, dead_on date,
               stopped_at timestamptz, stopped_position bigint, stopped_reason text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 10
AS $$
    SELECT one.consumer, one.position, behind.waiting, behind.waiting_since,
           greatest(coalesce(extract(epoch FROM clock_timestamp() - behind.waiting_since), 0), 0)::float8,
           one.patrons_after IS NOT NULL, one.registered_at, one.registered_by, one.read_at, one.dead_on,
           one.stopped_at, one.stopped_position, one.stopped_reason
    FROM sync.consumer AS one
    CROSS JOIN LATERAL (
        SELECT count(*) AS waiting, min(change.at) AS waiting_since
        FROM sync.change
        WHERE change.transaction_id >= pg_snapshot_xmin(one.read_snapshot)
          AND NOT pg_visible_in_snapshot(change.transaction_id, one.read_snapshot)
          AND NOT coalesce(change.position <= one.reading_after
                           AND pg_visible_in_snapshot(change.transaction_id, one.reading_snapshot), false)
    ) AS behind
    WHERE sync.reads_for(one.registered_by)
    ORDER BY one.consumer
$$;
COMMENT ON FUNCTION downstream.list_consumers() IS 'The consumers in whose name the role that asks may read, how far each has come, and what waits for it';
