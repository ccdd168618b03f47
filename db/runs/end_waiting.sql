-- A waiting run ends without going on.
-- in: run_id, message   out: run_id
UPDATE sync.run SET state = 'aborted', ended_at = now(), message = %(message)s
WHERE run_id = %(run_id)s AND state = 'waiting'
RETURNING run_id;
