-- Claims whose owner's database session is gone, or whose lease has run out (a lost network), fall. The record of a run
-- that is gone says how many of its look-ups the access log may lack.
-- in: lock_class   out: one row a claim that fell (claimant)
WITH fallen AS (
    DELETE FROM sync.claim AS claim
    WHERE claim.lease_until < now()
       OR NOT EXISTS (
           SELECT FROM pg_locks
           WHERE locktype = 'advisory' AND granted AND objsubid = 2
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
             AND classid = %(lock_class)s::oid AND objid = claim.claimant::oid)
    RETURNING claim.claimant
), noted AS (
    UPDATE sync.run AS run
    SET unlogged = run.unlogged + lost.patrons
    FROM (SELECT claimant, count(*)::integer AS patrons FROM fallen GROUP BY claimant) AS lost
    WHERE run.run_id = lost.claimant
)
SELECT claimant FROM fallen;
