-- The services that the library has.
-- In: nothing. Out: service.
SELECT service FROM library.net_media_service;
