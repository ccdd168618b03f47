-- The days of a link that stands, where the registry has others for the same custody. (A first day that an ended link of
-- theirs has stays as it is.)
-- in: enlisted_child, wanted_link   out: nothing
UPDATE library.guardian_link AS link
SET valid_to = wanted.valid_to,
    valid_from = CASE WHEN EXISTS (
            SELECT FROM library.guardian_link AS other
            WHERE other.patron_number = link.patron_number AND other.link_number <> link.link_number
              AND other.source = 'registry' AND other.kind = link.kind
              AND other.guardian_id IS NOT DISTINCT FROM link.guardian_id
              AND other.valid_from IS NOT DISTINCT FROM wanted.valid_from)
        THEN link.valid_from ELSE wanted.valid_from END
FROM wanted_link AS wanted
WHERE link.patron_number = wanted.patron_number AND NOT link.ended AND link.source = 'registry'
  AND link.kind = wanted.kind AND link.guardian_id IS NOT DISTINCT FROM wanted.guardian_id
  AND (link.valid_to IS DISTINCT FROM wanted.valid_to OR link.valid_from IS DISTINCT FROM wanted.valid_from);
