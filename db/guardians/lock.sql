-- One worker at a time enters, merges and links: held till its transaction ends. (Look-ups run beside each other.)
-- in: lock_class   out: nothing
SELECT pg_advisory_xact_lock(%(lock_class)s, 0);
