-- Deletes reservations that are due: fulfilled or deleted, whichever came first.
-- in: cut_off, today, size; after_clock, after_number (where the batch before came to)
-- out: removed; after_clock, after_number (null: no more)
WITH picked AS (
    SELECT reservation_number, least(fulfilled_at, deleted_at) AS ended_at FROM library.reservation
    WHERE (fulfilled_at IS NOT NULL OR deleted_at IS NOT NULL)
      AND least(fulfilled_at, deleted_at) < (%(cut_off)s::date + 1)::timestamp AT TIME ZONE 'Europe/Copenhagen'
      AND (least(fulfilled_at, deleted_at), reservation_number) > (%(after_clock)s, %(after_number)s)
      AND patron_number NOT IN (SELECT patron_number FROM library.held_patrons(%(today)s))
    ORDER BY least(fulfilled_at, deleted_at), reservation_number
    LIMIT %(size)s
    FOR UPDATE SKIP LOCKED
), removed AS (
    DELETE FROM library.reservation
    WHERE reservation_number = ANY (ARRAY (SELECT reservation_number FROM picked))
    RETURNING reservation_number
), remembered AS (
    INSERT INTO sync.forgotten (kind, number, day)
    SELECT 'reservation', reservation_number, %(today)s::date FROM removed
), last AS (
    SELECT ended_at, reservation_number FROM picked ORDER BY ended_at DESC, reservation_number DESC LIMIT 1
)
SELECT (SELECT count(*) FROM removed) AS removed, (SELECT ended_at FROM last) AS after_clock,
       (SELECT reservation_number FROM last) AS after_number;
