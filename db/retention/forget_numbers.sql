-- Numbers that were remembered for long enough are forgotten, too; those that another run is forgetting are left to it.
-- in: kinds, last_day   out: nothing
DELETE FROM sync.forgotten WHERE ctid = ANY (ARRAY (
    SELECT ctid FROM sync.forgotten WHERE kind = ANY (%(kinds)s) AND day <= %(last_day)s FOR UPDATE SKIP LOCKED));
