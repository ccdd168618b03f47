-- Lets one command at a time upgrade this database, until its transaction ends.
-- in: nothing   out: nothing
SELECT pg_advisory_xact_lock(hashtextextended('patronsync upgrade', 0))
