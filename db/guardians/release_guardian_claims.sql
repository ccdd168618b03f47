-- Gives all of a run's claims on guardians back.
-- in: claimant   out: nothing
DELETE FROM sync.guardian_claim WHERE claimant = %(claimant)s;
