-- Writes what the registry's answers changed of guardians; those without a change are not in staged_guardian.
-- in: staged_guardian   out: nothing
UPDATE library.guardian AS guardian
SET cpr_number = coalesce(staged.moved_to, guardian.cpr_number), {guardian_assignments}
FROM staged_guardian AS staged
WHERE staged.guardian_id = guardian.guardian_id;
