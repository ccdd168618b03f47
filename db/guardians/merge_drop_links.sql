-- Of the links that two guardians who are one person have twice, one stays: the one that stands, else the winner's.
-- in: losers, winners (of one length)   out: nothing
WITH pair AS (
    SELECT * FROM unnest(%(losers)s::bigint[], %(winners)s::bigint[]) AS pair (loser, winner)
), owner AS (
    SELECT loser AS guardian_id, winner, true AS is_loser FROM pair
    UNION
    SELECT winner, winner, false FROM pair
), ranked AS (
    SELECT link.link_number, link.ended,
           row_number() OVER (
               PARTITION BY link.patron_number, owner.winner, link.source, link.kind, link.valid_from
               ORDER BY link.ended, owner.is_loser, link.link_number) AS of_its_day,
           row_number() OVER (
               PARTITION BY link.patron_number, owner.winner, link.source, link.ended,
                            CASE WHEN link.source = 'registry' THEN link.kind END
               ORDER BY owner.is_loser, link.link_number) AS of_those_that_stand
    FROM library.guardian_link AS link
    JOIN owner USING (guardian_id)
)
DELETE FROM library.guardian_link AS link USING ranked
WHERE link.link_number = ranked.link_number
  AND (ranked.of_its_day > 1 OR NOT ranked.ended AND ranked.of_those_that_stand > 1);
