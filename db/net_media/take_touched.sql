-- Whom something has happened to that rights hang on, and when a move was learnt: the day of the run that told of it. They
-- are touched no more; who is touched from now on is left to the next run. Where everyone is decided on, moves and deletions
-- alone must be known.
-- in: municipality (kind of event), everyone   out: enlisted_patron is filled
WITH taken AS (
    DELETE FROM sync.net_media_touched RETURNING patron_number, moved, deleted, transaction_id
)
INSERT INTO enlisted_patron (patron_number, learnt_on, is_deleted)
SELECT taken.patron_number, min(run.today), bool_or(taken.deleted)
FROM taken
LEFT JOIN sync.change ON taken.moved AND change.transaction_id = taken.transaction_id
    AND change.patron_number = taken.patron_number AND change.kind = %(municipality)s
LEFT JOIN sync.run USING (run_id)
WHERE taken.moved OR taken.deleted OR NOT %(everyone)s
GROUP BY taken.patron_number;
