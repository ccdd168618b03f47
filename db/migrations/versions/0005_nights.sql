-- Nights: a run of the flow nightly, and the runs that were its steps.
-- In: a database at 0004.   Out: a column of sync.run with its index.

ALTER TABLE sync.run ADD COLUMN night_id bigint REFERENCES sync.run ON DELETE SET NULL;
CREATE INDEX run_night ON sync.run (night_id);
CREATE INDEX run_flow ON sync.run (flow, run_id);
COMMENT ON COLUMN sync.run.night_id IS 'The run of nightly that it was a step of; null: of none';
