-- Who may use which net-media service, as the last run decided. Rights of who is no patron any more are not among it.
-- in: nothing   out: view downstream.net_media_right
CREATE OR REPLACE VIEW downstream.net_media_right AS
SELECT held.patron_number, held.service, held.granted, held.reason, held.since, held.until
FROM library.net_media_right AS held
JOIN library.patron AS patron USING (patron_number);
COMMENT ON VIEW downstream.net_media_right IS 'Who may use which net-media service: a row for every patron and service';
COMMENT ON COLUMN downstream.net_media_right.patron_number IS 'The patron. Source: library. Never null';
COMMENT ON COLUMN downstream.net_media_right.service IS 'The service. Source: library. Never null';
COMMENT ON COLUMN downstream.net_media_right.granted IS 'The patron may use it. Source: patronsync. Never null';
COMMENT ON COLUMN downstream.net_media_right.reason IS 'Why not: not resident, no agreement, blocked, too young, too old, age unknown, group excluded; or grace. Source: patronsync. Null: granted without grace';
COMMENT ON COLUMN downstream.net_media_right.since IS 'The day from which granted and reason are these. Source: patronsync. Never null';
COMMENT ON COLUMN downstream.net_media_right.until IS 'Last day of the grace. Source: patronsync. Null: no grace';
