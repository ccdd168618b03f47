-- Where a batch is put by COPY before it is applied. Temporary: seen by this session alone, emptied at each commit.
-- in: nothing   out: nothing
CREATE TEMPORARY TABLE IF NOT EXISTS staged_patron ON COMMIT DELETE ROWS AS
    SELECT patron_number, cpr_number AS moved_to, {record_columns}
    FROM library.patron AS patron WITH NO DATA;
CREATE TEMPORARY TABLE IF NOT EXISTS staged_check (
    patron_number text, checked_at timestamptz, next_due date,
    quarantine_reason text, quarantine_detail text, other_patron text, tries integer, was_quarantined boolean,
    custody_taken boolean, custody_dropped boolean
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS staged_block (
    patron_number text, reason text, since date, lifted boolean
) ON COMMIT DELETE ROWS;
