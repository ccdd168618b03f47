-- Sets, re-dates and lifts the blocks that the registry causes; never one that staff set.
-- in: staged_block   out: nothing
WITH lifted AS (
    DELETE FROM library.block AS block USING staged_block AS staged
    WHERE staged.lifted AND block.source = 'registry'
      AND block.patron_number = staged.patron_number AND block.reason = staged.reason
)
INSERT INTO library.block (patron_number, reason, source, since)
SELECT patron_number, reason, 'registry', since FROM staged_block WHERE NOT lifted
ON CONFLICT (patron_number, reason, source) DO UPDATE SET since = excluded.since;
