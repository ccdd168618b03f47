-- The rights of new patrons, and to new services.
-- in: decided_right   out: nothing
INSERT INTO library.net_media_right (patron_number, service, granted, reason, since, until, municipality_code, left_on)
SELECT patron_number, service, granted, reason, since, until, municipality_code, left_on
FROM decided_right WHERE was_granted IS NULL;
