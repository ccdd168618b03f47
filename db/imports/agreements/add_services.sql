-- Services that the file mentions first.
-- In: import_terms. Out: nothing.
INSERT INTO library.net_media_service (service) SELECT DISTINCT service FROM import_terms ON CONFLICT DO NOTHING;
