-- The proof that no loan is overdue, out of the history alone: no charge of it is unsettled, nor was so since the first
-- moment after the last day that is due; and it had come back by then, or was lost and billed.
-- in: today, period   out: overdue, held (overdue, and a legal hold keeps it)
WITH bound AS (
    SELECT (%(today)s::date - %(period)s::integer + 1)::timestamp AT TIME ZONE 'Europe/Copenhagen' AS moment
), overdue AS (
    SELECT loan.patron_number
    FROM library.loan CROSS JOIN bound
    WHERE (loan.returned_at < bound.moment
           OR (loan.lost_at IS NOT NULL AND loan.returned_at IS NULL
               AND (loan.gone_lost_billed OR EXISTS (
                   SELECT FROM library.charge AS bill WHERE bill.loan_number = loan.loan_number AND bill.kind = 'lost item'))))
      AND (loan.gone_settled_on IS NULL OR loan.gone_settled_on + %(period)s::integer <= %(today)s::date)
      AND NOT EXISTS (
          SELECT FROM library.charge
          WHERE charge.loan_number = loan.loan_number
            AND (charge.charged_at >= bound.moment
                 OR charge.amount > (SELECT coalesce(sum(paid.amount), 0) FROM library.payment AS paid
                                     WHERE paid.charge_number = charge.charge_number AND paid.paid_at < bound.moment)
                 OR EXISTS (SELECT FROM library.payment AS later
                            WHERE later.charge_number = charge.charge_number AND later.paid_at >= bound.moment
                              AND charge.amount > (SELECT sum(paid.amount) FROM library.payment AS paid
                                                   WHERE paid.charge_number = charge.charge_number
                                                     AND paid.paid_at <= later.paid_at))))
)
SELECT count(*) FILTER (WHERE NOT is_held) AS overdue, count(*) FILTER (WHERE is_held) AS held
FROM (
    SELECT EXISTS (
        SELECT FROM library.legal_hold AS hold
        WHERE hold.patron_number = overdue.patron_number
          AND %(today)s::date >= hold.placed_on AND %(today)s::date < coalesce(hold.lifted_on, 'infinity')) AS is_held
    FROM overdue
) AS told;
