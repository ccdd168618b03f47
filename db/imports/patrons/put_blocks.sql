-- The block of the file takes the place of those that staff have set; never of one that the registry causes.
-- In: import_work. Out: nothing.
WITH gone AS (
    DELETE FROM library.block USING import_work AS work
    WHERE block.patron_number = work.patron_number
      AND block.source = 'staff'
      AND 'blocks' = ANY (work.changed)
      AND block.reason IS DISTINCT FROM work.block_reason
)
INSERT INTO library.block (patron_number, reason, source, since)
SELECT patron_number, block_reason, 'staff', blocked_on
FROM import_work WHERE block_reason IS NOT NULL AND (NOT known OR 'blocks' = ANY (changed))
ON CONFLICT (patron_number, reason, source) DO UPDATE SET since = excluded.since;
