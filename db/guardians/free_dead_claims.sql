-- Claims on guardians whose owner's database session is gone, or whose lease has run out, fall, as those on patrons do
-- (db/refresh/release_dead_claims.sql); the owner's record says how many look-ups the access log may lack.
-- in: lock_class   out: one row a claim that fell (claimant)
WITH fallen AS (
    DELETE FROM sync.guardian_claim AS claim
    WHERE claim.lease_until < now()
       OR NOT EXISTS (
           SELECT FROM pg_locks
           WHERE locktype = 'advisory' AND granted AND objsubid = 2
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
             AND classid = %(lock_class)s::oid AND objid = claim.claimant::oid)
    RETURNING claim.claimant
), noted AS (
    UPDATE sync.run AS run
    SET unlogged = run.unlogged + lost.guardians
    FROM (SELECT claimant, count(*)::integer AS guardians FROM fallen GROUP BY claimant) AS lost
    WHERE run.run_id = lost.claimant
)
SELECT claimant FROM fallen;
