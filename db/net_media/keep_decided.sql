-- By which day and which blocks rights to these services are decided now.
-- in: services, today, not_barring   out: nothing
INSERT INTO sync.net_media_decided AS was (service, day, not_barring)
SELECT service, %(today)s, %(not_barring)s FROM unnest(%(services)s::text[]) AS service
ON CONFLICT (service) DO UPDATE SET day = excluded.day, not_barring = excluded.not_barring
WHERE (was.day, was.not_barring) IS DISTINCT FROM (excluded.day, excluded.not_barring);
