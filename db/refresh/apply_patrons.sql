-- Writes what the registry's answers changed; patrons without a change are not in staged_patron.
-- in: staged_patron   out: nothing
UPDATE library.patron AS patron
SET cpr_number = coalesce(staged.moved_to, patron.cpr_number), {record_assignments}
FROM staged_patron AS staged
WHERE staged.patron_number = patron.patron_number;
