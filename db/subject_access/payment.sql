-- What was paid of the patron's fees and bills.
-- in: number   out: the columns of library.payment; charge_settled_on (when the charge was, and with it its payments)
SELECT payment.*, charge.settled_on AS charge_settled_on
FROM library.payment
JOIN library.charge USING (charge_number)
WHERE charge.patron_number = %(number)s
ORDER BY payment.paid_at, payment.payment_number;
