-- The services, and how each was last decided.
-- in: nothing   out: service; day and not_barring of the last time (null: never, or left out since)
SELECT service, decided.day, decided.not_barring
FROM library.net_media_service LEFT JOIN sync.net_media_decided AS decided USING (service)
ORDER BY service;
