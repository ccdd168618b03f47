-- Gives claims back: the named patrons', or all of a claimant's where numbers is null.
-- in: claimant, numbers   out: nothing
DELETE FROM sync.claim
WHERE claimant = %(claimant)s AND (%(numbers)s::text[] IS NULL OR patron_number = ANY (%(numbers)s));
