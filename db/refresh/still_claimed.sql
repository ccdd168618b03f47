-- Which of these patrons this run still has claimed.
-- in: claimant, numbers   out: patron_number
SELECT patron_number FROM sync.claim WHERE claimant = %(claimant)s AND patron_number = ANY (%(numbers)s);
