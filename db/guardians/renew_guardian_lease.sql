-- A worker that is alive keeps its claims on guardians.
-- in: claimant, lease_seconds   out: nothing
UPDATE sync.guardian_claim SET lease_until = now() + make_interval(secs => %(lease_seconds)s)
WHERE claimant = %(claimant)s;
