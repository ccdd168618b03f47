-- Deletes patrons who are locked and due to go, with all of theirs, and tells the feed. What came to them between the
-- choice and the lock is seen now, and keeps them.
-- in: patron_numbers, cut_off, today, deleted (kind of event), run_id   out: removed
WITH leaving AS (
    SELECT patron_number FROM unnest(%(patron_numbers)s::text[]) AS patron_number
    WHERE patron_number IN (SELECT patron_number FROM sync.patrons_to_go(%(cut_off)s, '-infinity'))
      AND patron_number NOT IN (SELECT patron_number FROM library.patrons_with_hold(%(today)s))
), holds AS (
    DELETE FROM library.legal_hold WHERE patron_number = ANY (ARRAY (SELECT patron_number FROM leaving))
), charges AS (
    DELETE FROM library.charge WHERE patron_number = ANY (ARRAY (SELECT patron_number FROM leaving))
), rights AS ( -- what a run of net media holds at this moment it deletes itself, the next time
    DELETE FROM library.net_media_right AS held USING (
        SELECT patron_number, service FROM library.net_media_right
        WHERE patron_number = ANY (ARRAY (SELECT patron_number FROM leaving))
        FOR UPDATE SKIP LOCKED) AS free
    WHERE held.patron_number = free.patron_number AND held.service = free.service
), removed AS (
    DELETE FROM library.patron WHERE patron_number = ANY (ARRAY (SELECT patron_number FROM leaving))
    RETURNING patron_number
), told AS (
    INSERT INTO sync.change (patron_number, kind, run_id)
    SELECT patron_number, %(deleted)s, %(run_id)s::bigint FROM removed ORDER BY patron_number
)
SELECT count(*) AS removed FROM removed;
