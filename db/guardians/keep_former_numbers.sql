-- A guardian's number that the registry has replaced leads to them still.
-- in: staged_guardian   out: nothing
INSERT INTO library.former_guardian_number (cpr_number, guardian_id)
SELECT guardian.cpr_number, guardian.guardian_id
FROM staged_guardian AS staged
JOIN library.guardian USING (guardian_id)
WHERE staged.moved_to IS NOT NULL
ON CONFLICT (cpr_number) DO UPDATE SET guardian_id = excluded.guardian_id;
