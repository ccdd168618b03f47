-- The links of a guardian who is one person with another become that one's; what the other has already is dropped.
-- in: losers, winners (of one length)   out: nothing
WITH pair AS (
    SELECT * FROM unnest(%(losers)s::bigint[], %(winners)s::bigint[]) AS pair (loser, winner)
), double AS (
    SELECT link.link_number,
           row_number() OVER (
               PARTITION BY link.patron_number, pair.winner, link.source, link.kind, link.valid_from
               ORDER BY link.ended, link.link_number) > 1
           OR EXISTS (
               SELECT FROM library.guardian_link AS held
               WHERE held.guardian_id = pair.winner AND held.patron_number = link.patron_number
                 AND held.source = link.source
                 AND (held.kind IS NOT DISTINCT FROM link.kind AND held.valid_from IS NOT DISTINCT FROM link.valid_from
                      OR NOT held.ended AND NOT link.ended
                         AND (link.source = 'enrolled' OR held.kind = link.kind))) AS held,
           pair.winner
    FROM library.guardian_link AS link
    JOIN pair ON pair.loser = link.guardian_id
), dropped AS (
    DELETE FROM library.guardian_link AS link USING double
    WHERE double.held AND link.link_number = double.link_number
)
UPDATE library.guardian_link AS link
SET guardian_id = double.winner
FROM double
WHERE NOT double.held AND link.link_number = double.link_number;
