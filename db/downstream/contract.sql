-- Which version of this contract the database keeps. Within a version a column is added, never changed or removed.
-- in: nothing   out: view downstream.contract
CREATE OR REPLACE VIEW downstream.contract AS
SELECT 1 AS version;
COMMENT ON VIEW downstream.contract IS 'The version of this contract; one row. Within a version views, columns and functions are added, never changed or removed';
COMMENT ON COLUMN downstream.contract.version IS 'The version. Source: patronsync. Never null';
