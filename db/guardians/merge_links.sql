-- The links of a guardian who is one person with another become that one's (what the two have twice is dropped before).
-- in: losers, winners (of one length)   out: nothing
UPDATE library.guardian_link AS link
SET guardian_id = pair.winner
FROM unnest(%(losers)s::bigint[], %(winners)s::bigint[]) AS pair (loser, winner)
WHERE link.guardian_id = pair.loser;
