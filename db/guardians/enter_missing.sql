-- Holders of custody, in force or ahead, who have no row yet (the refresh enters them with the answer; one may have been
-- deleted since): a guardian's row that holds the number alone.
-- in: today   out: nothing
INSERT INTO library.guardian (cpr_number)
SELECT DISTINCT custody.cpr_number
FROM library.custody
WHERE custody.cpr_number IS NOT NULL AND (custody.valid_to IS NULL OR custody.valid_to > %(today)s)
  AND NOT EXISTS (SELECT FROM library.guardian WHERE guardian.cpr_number = custody.cpr_number)
  AND NOT EXISTS (SELECT FROM library.former_guardian_number AS former WHERE former.cpr_number = custody.cpr_number)
ON CONFLICT (cpr_number) DO NOTHING;
