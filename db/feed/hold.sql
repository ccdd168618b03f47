-- Lets one session at a time read in a consumer's name, as long as the session lasts.
-- in: consumer   out: whether it is this one
SELECT downstream.hold_consumer(%(consumer)s);
