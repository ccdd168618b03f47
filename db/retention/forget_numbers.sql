-- Numbers that were remembered for long enough are forgotten, too.
-- in: kinds, last_day   out: nothing
DELETE FROM sync.forgotten WHERE kind = ANY (%(kinds)s) AND day <= %(last_day)s;
