-- Every consumer of the change feed: how far it has come, how much waits for it and since when.
-- in: nothing   out: consumer, position, waiting (events), waiting_since, behind_seconds (since then, till now; 0: nothing waits),
--     patrons_left (it has still to be told of patrons), registered_at, registered_by, read_at, dead_on, stopped_at, stopped_position, stopped_reason
SELECT one.consumer, one.position, behind.waiting, behind.waiting_since,
       greatest(coalesce(extract(epoch FROM clock_timestamp() - behind.waiting_since), 0), 0)::float8 AS behind_seconds,
       one.patrons_after IS NOT NULL AS patrons_left, one.registered_at, one.registered_by, one.read_at, one.dead_on, one.stopped_at, one.stopped_position,
       one.stopped_reason
FROM sync.consumer AS one
CROSS JOIN LATERAL (
    SELECT count(*) AS waiting, min(change.at) AS waiting_since
    FROM sync.change
    WHERE change.transaction_id >= pg_snapshot_xmin(one.read_snapshot)
      AND NOT pg_visible_in_snapshot(change.transaction_id, one.read_snapshot)
      AND NOT coalesce(change.position <= one.reading_after
                       AND pg_visible_in_snapshot(change.transaction_id, one.reading_snapshot), false)
) AS behind
ORDER BY one.consumer;
