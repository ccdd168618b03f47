-- Commits of the session wait for no disk: how far a consumer has come may be lost when the server crashes, and events come again.
-- in: nothing   out: nothing
SET synchronous_commit = off
