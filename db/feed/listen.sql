-- Lets the session be woken by new events, each time that some are committed.
-- in: nothing   out: nothing; from then on notifications
LISTEN patronsync_change
