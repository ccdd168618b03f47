-- Redacts messages that are due and of which only the text may say what they are about: of kinds that may name material.
-- in: kinds, cut_off, today, size; after_kind, after_clock, after_number (where the batch before came to)
-- out: removed (messages redacted); after_kind, after_clock, after_number (null: no more)
WITH picked AS (
    SELECT message_number, kind, sent_at FROM library.message
    WHERE text IS NOT NULL AND num_nonnulls(loan_number, item_number, title, author) = 0
      AND kind = ANY (%(kinds)s)
      AND sent_at < (%(cut_off)s::date + 1)::timestamp AT TIME ZONE 'Europe/Copenhagen'
      AND (kind, sent_at, message_number) > (%(after_kind)s, %(after_clock)s, %(after_number)s)
      AND patron_number NOT IN (SELECT patron_number FROM library.held_patrons(%(today)s))
    ORDER BY kind, sent_at, message_number
    LIMIT %(size)s
    FOR NO KEY UPDATE SKIP LOCKED
), removed AS (
    UPDATE library.message SET text = NULL
    WHERE message_number = ANY (ARRAY (SELECT message_number FROM picked))
    RETURNING message_number
), remembered AS (
    INSERT INTO sync.forgotten (kind, number, day) SELECT 'message', message_number, %(today)s::date FROM removed
), last AS (
    SELECT kind, sent_at, message_number FROM picked ORDER BY kind DESC, sent_at DESC, message_number DESC LIMIT 1
)
SELECT (SELECT count(*) FROM removed) AS removed, (SELECT kind FROM last) AS after_kind,
       (SELECT sent_at FROM last) AS after_clock, (SELECT message_number FROM last) AS after_number;
