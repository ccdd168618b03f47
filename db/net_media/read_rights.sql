-- A patron's rights to every service, as the last run decided.
-- in: number   out: service, then the columns of mappers.net_media.Right (all null: not decided yet)
SELECT service.service, granted, reason, since, until, held.municipality_code, left_on
FROM library.net_media_service AS service
LEFT JOIN library.net_media_right AS held ON held.service = service.service AND held.patron_number = %(number)s
ORDER BY service.service;
