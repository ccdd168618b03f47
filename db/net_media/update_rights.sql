-- The rights that were there already and are others now.
-- in: decided_right   out: nothing
UPDATE library.net_media_right AS held
SET granted = decided.granted, reason = decided.reason, since = decided.since, until = decided.until,
    municipality_code = decided.municipality_code, left_on = decided.left_on
FROM decided_right AS decided
WHERE decided.was_granted IS NOT NULL
  AND held.patron_number = decided.patron_number AND held.service = decided.service;
