-- Lets one command at a time upgrade this database, until its transaction ends.
-- In: nothing. Out: nothing.
SELECT pg_advisory_xact_lock(hashtextextended('patronsync upgrade', 0))
