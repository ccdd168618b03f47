-- The patron's rights to net media, as the last run decided.
-- in: number   out: the columns of library.net_media_right; service_name
SELECT held.*, service.name AS service_name
FROM library.net_media_right AS held
LEFT JOIN library.net_media_service AS service USING (service)
WHERE held.patron_number = %(number)s
ORDER BY held.service;
