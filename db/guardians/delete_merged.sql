-- A guardian who is one person with another goes, once all of theirs is the other's.
-- in: losers   out: nothing
DELETE FROM library.guardian WHERE guardian_id = ANY (%(losers)s);
