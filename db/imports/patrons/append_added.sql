-- One event for each new patron.
-- In: import_work, kind, run_id. Out: nothing.
INSERT INTO sync.change (patron_number, kind, run_id)
SELECT patron_number, %(kind)s, %(run_id)s FROM import_work WHERE NOT known;
