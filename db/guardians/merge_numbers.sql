-- A guardian who is one person with another goes; their numbers lead to the other.
-- in: losers, winners (of one length)   out: nothing
WITH pair AS (
    SELECT * FROM unnest(%(losers)s::bigint[], %(winners)s::bigint[]) AS pair (loser, winner)
), led AS (
    SELECT guardian.cpr_number, pair.winner
    FROM pair JOIN library.guardian ON guardian.guardian_id = pair.loser
    WHERE guardian.cpr_number IS NOT NULL
    UNION
    SELECT former.cpr_number, pair.winner
    FROM pair JOIN library.former_guardian_number AS former ON former.guardian_id = pair.loser
)
INSERT INTO library.former_guardian_number (cpr_number, guardian_id)
SELECT led.cpr_number, led.winner
FROM led
WHERE NOT EXISTS (
    SELECT FROM library.guardian WHERE guardian.cpr_number = led.cpr_number AND guardian.guardian_id = led.winner)
ON CONFLICT (cpr_number) DO UPDATE SET guardian_id = excluded.guardian_id;
