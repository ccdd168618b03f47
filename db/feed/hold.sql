-- Lets one session at a time read in a consumer's name, as long as the session lasts.
-- in: consumer   out: whether it is this one
SELECT pg_try_advisory_lock(hashtextextended('patronsync consumer ' || %(consumer)s, 0));
