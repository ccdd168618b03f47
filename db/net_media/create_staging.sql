-- Whom a run decides on, by which agreements, and what it decides. Temporary: seen by this session alone, emptied at each
-- commit.
-- in: nothing   out: nothing
CREATE TEMPORARY TABLE IF NOT EXISTS enlisted_patron (
    patron_number text PRIMARY KEY, learnt_on date, is_deleted boolean NOT NULL DEFAULT false
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS in_force (
    service text, municipality_code text, min_age integer, max_age integer, excluded_groups text[], grace_days integer,
    too_old_by date, old_enough_by date
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS decided_right (
    patron_number text, service text, granted boolean, reason text, since date, until date, municipality_code text,
    left_on date, was_granted boolean, is_news boolean, mark bit varying
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS told_patron (
    patron_number text, granted bit varying, revoked bit varying
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS left_patron (
    patron_number text PRIMARY KEY
) ON COMMIT DELETE ROWS;
