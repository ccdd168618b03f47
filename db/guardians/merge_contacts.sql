-- What a signed form said of a guardian who is one person with another, where the other has nothing there.
-- in: losers, winners (of one length)   out: nothing
UPDATE library.guardian AS winner
SET mobile = coalesce(winner.mobile, loser.mobile),
    landline = coalesce(winner.landline, loser.landline),
    email = coalesce(winner.email, loser.email)
FROM unnest(%(losers)s::bigint[], %(winners)s::bigint[]) AS pair (loser, winner)
JOIN library.guardian AS loser ON loser.guardian_id = pair.loser
WHERE winner.guardian_id = pair.winner
  AND num_nonnulls(loser.mobile, loser.landline, loser.email) > 0;
