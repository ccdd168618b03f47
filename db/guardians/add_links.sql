-- A link for each holder of custody who has none. One that ended and is in force again after all (the same custody, by its
-- first day) goes on.
-- in: wanted_link   out: patron_number of each link that began
INSERT INTO library.guardian_link AS link (patron_number, guardian_id, source, kind, valid_from, valid_to)
SELECT wanted.patron_number, wanted.guardian_id, 'registry', wanted.kind, wanted.valid_from, wanted.valid_to
FROM wanted_link AS wanted
WHERE NOT EXISTS (
    SELECT FROM library.guardian_link AS held
    WHERE held.patron_number = wanted.patron_number AND NOT held.ended AND held.source = 'registry'
      AND held.kind = wanted.kind AND held.guardian_id IS NOT DISTINCT FROM wanted.guardian_id)
ON CONFLICT (patron_number, guardian_id, source, kind, valid_from) DO UPDATE
SET valid_to = excluded.valid_to, ended = false
RETURNING link.patron_number;
