-- The proof that no patron who is gone, and has neither a loan nor anything to pay, is still there.
-- in: today, period   out: overdue, held (overdue, and a legal hold keeps it)
SELECT count(*) FILTER (WHERE NOT is_held) AS overdue, count(*) FILTER (WHERE is_held) AS held
FROM (
    SELECT EXISTS (
        SELECT FROM library.legal_hold AS hold
        WHERE hold.patron_number = patron.patron_number
          AND (hold.lifted_on IS NULL OR %(today)s::date < hold.lifted_on AND hold.placed_on < hold.lifted_on)) AS is_held
    FROM library.patron AS patron
    WHERE patron.gone_on + %(period)s::integer <= %(today)s::date
      AND patron.patron_number NOT IN (SELECT loan.patron_number FROM library.loan)
      AND patron.patron_number NOT IN (
          SELECT charge.patron_number
          FROM library.charge LEFT JOIN library.payment USING (charge_number)
          GROUP BY charge.charge_number
          HAVING charge.amount > coalesce(sum(payment.amount), 0))
) AS told;
