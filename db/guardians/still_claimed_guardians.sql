-- Which of these guardians this run still has claimed.
-- in: claimant, guardian_ids   out: guardian_id
SELECT guardian_id FROM sync.guardian_claim WHERE claimant = %(claimant)s AND guardian_id = ANY (%(guardian_ids)s);
