-- Deletes settled charges that are due, with their payments. The loan keeps the day of the settlement (a trigger): it is
-- locked first, as the payments are, and a charge of which somebody is at work on one is passed over.
-- in: cut_off, today, size; after_clock, after_number (where the batch before came to)
-- out: removed (charges); after_clock, after_number (null: no more)
WITH picked AS (
    SELECT charge_number, loan_number, settled_on FROM library.charge
    WHERE settled_on <= %(cut_off)s AND (settled_on, charge_number) > (%(after_clock)s, %(after_number)s)
      AND patron_number NOT IN (SELECT patron_number FROM library.held_patrons(%(today)s))
    ORDER BY settled_on, charge_number
    LIMIT %(size)s
    FOR UPDATE SKIP LOCKED
), paid AS (
    SELECT payment_number, charge_number FROM library.payment
    WHERE charge_number = ANY (ARRAY (SELECT charge_number FROM picked))
), locked_payment AS (
    SELECT payment_number FROM library.payment
    WHERE payment_number = ANY (ARRAY (SELECT payment_number FROM paid))
    FOR UPDATE SKIP LOCKED
), locked_loan AS (
    SELECT loan_number FROM library.loan
    WHERE loan_number = ANY (ARRAY (SELECT loan_number FROM picked))
    FOR NO KEY UPDATE SKIP LOCKED
), busy AS (
    SELECT charge_number FROM paid WHERE payment_number NOT IN (SELECT payment_number FROM locked_payment)
    UNION ALL
    SELECT charge_number FROM picked
    WHERE loan_number IS NOT NULL AND loan_number NOT IN (SELECT loan_number FROM locked_loan)
), removed AS (
    DELETE FROM library.charge
    WHERE charge_number = ANY (ARRAY (SELECT charge_number FROM picked EXCEPT SELECT charge_number FROM busy))
    RETURNING charge_number
), remembered AS (
    INSERT INTO sync.forgotten (kind, number, day)
    SELECT 'charge', charge_number, %(today)s::date FROM removed
    UNION ALL
    SELECT 'payment', payment_number, %(today)s::date FROM paid JOIN removed USING (charge_number)
), last AS (
    SELECT settled_on, charge_number FROM picked ORDER BY settled_on DESC, charge_number DESC LIMIT 1
)
SELECT (SELECT count(*) FROM removed) AS removed, (SELECT settled_on FROM last) AS after_clock,
       (SELECT charge_number FROM last) AS after_number;
