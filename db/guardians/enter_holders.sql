-- Holders of custody who are new: a guardian's row that holds the number alone. In order, so that two workers do not wait
-- for each other.
-- in: cpr_numbers (sorted)   out: nothing
INSERT INTO library.guardian (cpr_number)
SELECT asked.cpr_number
FROM unnest(%(cpr_numbers)s::text[]) WITH ORDINALITY AS asked (cpr_number, place)
WHERE NOT EXISTS (SELECT FROM library.guardian WHERE guardian.cpr_number = asked.cpr_number)
  AND NOT EXISTS (SELECT FROM library.former_guardian_number AS former WHERE former.cpr_number = asked.cpr_number)
ORDER BY asked.place
ON CONFLICT (cpr_number) DO NOTHING;
