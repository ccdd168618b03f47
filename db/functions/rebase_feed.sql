-- sync.rebase_feed(): makes the change feed readable on a server that it was restored to, whose transactions have other numbers.
-- in: nothing   out: how many consumers will be given all kept events again
CREATE OR REPLACE FUNCTION sync.rebase_feed() RETURNS bigint
LANGUAGE sql VOLATILE
AS $$
    UPDATE sync.change SET transaction_id = '2';
    WITH moved AS (
        UPDATE sync.consumer
        SET read_snapshot = '1:1:', reading_snapshot = NULL, reading_after = NULL, reading_to = NULL
        RETURNING consumer
    )
    SELECT count(*) FROM moved
$$;
COMMENT ON FUNCTION sync.rebase_feed() IS 'Makes the change feed readable after a restore into another server: every consumer is given all kept events again';
