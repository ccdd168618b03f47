-- Deletes loans that are due. Their charges and messages lose the link, so these are locked first: a loan of which somebody
-- is at work on one is passed over, as is one that is locked itself.
-- in: cut_off, today, size; after_clock, after_number (where the batch before came to)
-- out: removed; after_clock, after_number (null: no more)
WITH picked AS (
    SELECT ctid, loan_number, over_on FROM library.loan
    WHERE over_on <= %(cut_off)s AND (over_on, loan_number) > (%(after_clock)s, %(after_number)s)
      AND patron_number NOT IN (SELECT patron_number FROM library.held_patrons(%(today)s))
    ORDER BY over_on, loan_number
    LIMIT %(size)s
    FOR UPDATE SKIP LOCKED
), linked_charge AS (
    SELECT charge_number, loan_number FROM library.charge
    WHERE loan_number = ANY (ARRAY (SELECT loan_number FROM picked))
), locked_charge AS (
    SELECT charge_number FROM library.charge
    WHERE charge_number = ANY (ARRAY (SELECT charge_number FROM linked_charge))
    FOR NO KEY UPDATE SKIP LOCKED
), linked_message AS (
    SELECT message_number, loan_number FROM library.message
    WHERE loan_number = ANY (ARRAY (SELECT loan_number FROM picked))
), locked_message AS (
    SELECT message_number FROM library.message
    WHERE message_number = ANY (ARRAY (SELECT message_number FROM linked_message))
    FOR NO KEY UPDATE SKIP LOCKED
), busy AS (
    SELECT loan_number FROM linked_charge WHERE charge_number NOT IN (SELECT charge_number FROM locked_charge)
    UNION ALL
    SELECT loan_number FROM linked_message WHERE message_number NOT IN (SELECT message_number FROM locked_message)
), removed AS (
    DELETE FROM library.loan
    WHERE ctid = ANY (ARRAY (SELECT ctid FROM picked WHERE loan_number NOT IN (SELECT loan_number FROM busy)))
    RETURNING loan_number
), remembered AS (
    INSERT INTO sync.forgotten (kind, number, day) SELECT 'loan', loan_number, %(today)s::date FROM removed
), last AS (
    SELECT over_on, loan_number FROM picked ORDER BY over_on DESC, loan_number DESC LIMIT 1
)
SELECT (SELECT count(*) FROM removed) AS removed, (SELECT over_on FROM last) AS after_clock,
       (SELECT loan_number FROM last) AS after_number;
