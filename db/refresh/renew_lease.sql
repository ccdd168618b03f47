-- A worker that is alive keeps its claims.
-- in: claimant, lease_seconds   out: nothing
UPDATE sync.claim SET lease_until = now() + make_interval(secs => %(lease_seconds)s) WHERE claimant = %(claimant)s;
