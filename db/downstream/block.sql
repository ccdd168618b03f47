-- Blocks of patrons, those too that begin later.
-- in: nothing   out: view downstream.block
CREATE OR REPLACE VIEW downstream.block AS
SELECT block.patron_number, block.reason, block.source, block.since, block.since <= library.copenhagen_today() AS in_force
FROM library.block AS block;
COMMENT ON VIEW downstream.block IS 'Blocks: the patron may not use the library';
COMMENT ON COLUMN downstream.block.patron_number IS 'The patron. Source: library. Never null';
COMMENT ON COLUMN downstream.block.reason IS 'Why; the registry''s own are deceased and number annulled. Source: library or registry. Never null';
COMMENT ON COLUMN downstream.block.source IS 'Who set it, and alone lifts it: registry or staff. Source: patronsync. Never null';
COMMENT ON COLUMN downstream.block.since IS 'From this day. Source: library or registry. Never null';
COMMENT ON COLUMN downstream.block.in_force IS 'The day has come. Source: patronsync. Never null';
