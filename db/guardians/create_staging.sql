-- Where answers about guardians, and what a batch of children is to have, are put. Temporary: seen by this session alone,
-- emptied at each commit.
-- in: nothing   out: nothing
CREATE TEMPORARY TABLE IF NOT EXISTS staged_guardian ON COMMIT DELETE ROWS AS
    SELECT guardian_id, cpr_number AS moved_to, {guardian_columns}
    FROM library.guardian AS guardian WITH NO DATA;
CREATE TEMPORARY TABLE IF NOT EXISTS staged_guardian_check (
    guardian_id bigint, checked_at timestamptz, next_due date, reason text, since date, tries integer
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS enlisted_child (
    patron_number text PRIMARY KEY, state text, ends_on date, spoken boolean
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS wanted_link (
    patron_number text, guardian_id bigint, kind text, valid_from date, valid_to date
) ON COMMIT DELETE ROWS;
CREATE INDEX IF NOT EXISTS wanted_link_patron ON wanted_link (patron_number);
CREATE TEMPORARY TABLE IF NOT EXISTS wanted_case (
    patron_number text, kind text, detail jsonb
) ON COMMIT DELETE ROWS;
CREATE INDEX IF NOT EXISTS wanted_case_patron ON wanted_case (patron_number);
