-- sync.committed_by_now(): which transactions are committed, for who reads the change feed. The caller's own is not.
-- in: nothing   out: a snapshot
CREATE OR REPLACE FUNCTION sync.committed_by_now() RETURNS pg_snapshot
LANGUAGE sql VOLATILE
AS $$
    -- A snapshot does not name the transaction that takes it as open, and so would count it as committed.
    SELECT CASE WHEN own IS NULL OR own >= pg_snapshot_xmax(seen) THEN seen
        ELSE concat_ws(':', least(own, pg_snapshot_xmin(seen)), pg_snapshot_xmax(seen),
                       (SELECT string_agg(id::text, ',' ORDER BY id)
                        FROM (SELECT pg_snapshot_xip(seen) UNION SELECT own) AS open (id)))::pg_snapshot
    END
    FROM (SELECT pg_current_snapshot(), pg_current_xact_id_if_assigned()) AS now (seen, own)
$$;
COMMENT ON FUNCTION sync.committed_by_now() IS 'Which transactions are committed, the caller''s own not among them';
