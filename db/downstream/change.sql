-- The change feed as it stands. Reading on from it without missing a change is downstream.next_changes's job: places do not
-- follow the order in which transactions are committed.
-- in: nothing   out: view downstream.change
CREATE OR REPLACE VIEW downstream.change AS
SELECT position, patron_number, kind, fields, at, run_id AS run, transaction_id
FROM sync.change;
COMMENT ON VIEW downstream.change IS 'The change feed: one event per patron, kind and transaction; never a value';
COMMENT ON COLUMN downstream.change.position IS 'Number of the event; later events may have lower ones. Source: patronsync. Never null';
COMMENT ON COLUMN downstream.change.patron_number IS 'Whose change. Source: library. Never null';
COMMENT ON COLUMN downstream.change.kind IS 'Kind of event, as docs/reference/events.md lists them. Source: patronsync. Never null';
COMMENT ON COLUMN downstream.change.fields IS 'Which fields changed; of net media: which services. Source: patronsync. Never null, may be empty';
COMMENT ON COLUMN downstream.change.at IS 'When its transaction began; it was committed later. Source: patronsync. Never null';
COMMENT ON COLUMN downstream.change.run IS 'The run that made it. Source: patronsync. Null: no run did';
COMMENT ON COLUMN downstream.change.transaction_id IS 'The transaction that made it. Source: PostgreSQL. Never null';
