-- Guardians who are one person with another guardian: their number is that of a patron who is a guardian already.
-- in: nothing   out: loser, winner
SELECT guardian.guardian_id AS loser, winner.guardian_id AS winner
FROM library.guardian
JOIN library.patron AS patron ON patron.cpr_number = guardian.cpr_number
JOIN library.guardian AS winner ON winner.patron_number = patron.patron_number
WHERE guardian.patron_number IS NULL AND patron.gone_on IS NULL
UNION
SELECT guardian.guardian_id, winner.guardian_id
FROM library.guardian
JOIN library.former_cpr_number AS former ON former.cpr_number = guardian.cpr_number
JOIN library.patron AS patron ON patron.patron_number = former.patron_number
JOIN library.guardian AS winner ON winner.patron_number = patron.patron_number
WHERE guardian.patron_number IS NULL AND patron.gone_on IS NULL
  AND NOT EXISTS (SELECT FROM library.patron AS other WHERE other.cpr_number = guardian.cpr_number);
