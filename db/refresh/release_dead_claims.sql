-- Claims whose owner's database session is gone, or whose lease has run out (a lost network), fall.
-- in: lock_class   out: one row a claim that fell (patron_number, claimant)
DELETE FROM sync.claim AS claim
WHERE claim.lease_until < now()
   OR NOT EXISTS (
       SELECT FROM pg_locks
       WHERE locktype = 'advisory' AND granted AND objsubid = 2
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
         AND classid = %(lock_class)s::oid AND objid = claim.claimant::oid)
RETURNING claim.patron_number, claim.claimant;
