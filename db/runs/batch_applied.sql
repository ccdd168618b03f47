-- Whether a batch was committed: asked after a connection was lost in the middle of it.
-- in: run_id, batch_number   out: one row where it was
SELECT batch_number FROM sync.batch WHERE run_id = %(run_id)s AND batch_number = %(batch_number)s;
