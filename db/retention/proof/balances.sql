-- The proof that no settled charge is overdue, out of its payments alone: paid before the first moment after the last day
-- that is due, and never open since.
-- in: today, period   out: overdue, held (overdue, and a legal hold keeps it)
WITH bound AS (
    SELECT (%(today)s::date - %(period)s::integer + 1)::timestamp AT TIME ZONE 'Europe/Copenhagen' AS moment
), overdue AS (
    SELECT charge.patron_number
    FROM library.charge CROSS JOIN bound
    WHERE charge.charged_at < bound.moment
      AND charge.amount <= (SELECT coalesce(sum(paid.amount), 0) FROM library.payment AS paid
                            WHERE paid.charge_number = charge.charge_number AND paid.paid_at < bound.moment)
      AND NOT EXISTS (SELECT FROM library.payment AS later
                      WHERE later.charge_number = charge.charge_number AND later.paid_at >= bound.moment
                        AND charge.amount > (SELECT sum(paid.amount) FROM library.payment AS paid
                                             WHERE paid.charge_number = charge.charge_number
                                               AND paid.paid_at <= later.paid_at))
)
SELECT count(*) FILTER (WHERE NOT is_held) AS overdue, count(*) FILTER (WHERE is_held) AS held
FROM (
    SELECT EXISTS (
        SELECT FROM library.legal_hold AS hold
        WHERE hold.patron_number = overdue.patron_number
          AND %(today)s::date >= hold.placed_on AND %(today)s::date < coalesce(hold.lifted_on, 'infinity')) AS is_held
    FROM overdue
) AS told;
