-- Where the loser has a link that stands and the winner the same one, ended, the one that stands stays.
-- in: losers, winners (of one length)   out: nothing
DELETE FROM library.guardian_link AS held
USING unnest(%(losers)s::bigint[], %(winners)s::bigint[]) AS pair (loser, winner), library.guardian_link AS link
WHERE held.guardian_id = pair.winner AND held.ended
  AND link.guardian_id = pair.loser AND NOT link.ended
  AND link.patron_number = held.patron_number AND link.source = held.source
  AND link.kind IS NOT DISTINCT FROM held.kind AND link.valid_from IS NOT DISTINCT FROM held.valid_from;
