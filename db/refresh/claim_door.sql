-- One claimer at a time: held till the claiming transaction ends, so that no claim is made on an old picture.
-- in: lock_class   out: nothing
SELECT pg_advisory_xact_lock(%(lock_class)s, 0);
