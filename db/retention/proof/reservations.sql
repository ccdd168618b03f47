-- The proof that no reservation is overdue: neither lent to the patron so long ago, nor deleted.
-- in: today, period   out: overdue, held (overdue, and a legal hold keeps it)
SELECT count(*) FILTER (WHERE NOT is_held) AS overdue, count(*) FILTER (WHERE is_held) AS held
FROM (
    SELECT EXISTS (
        SELECT FROM library.legal_hold AS hold
        WHERE hold.patron_number = reservation.patron_number
          AND %(today)s::date >= hold.placed_on AND %(today)s::date < coalesce(hold.lifted_on, 'infinity')) AS is_held
    FROM library.reservation
    WHERE (fulfilled_at AT TIME ZONE 'Europe/Copenhagen')::date + %(period)s::integer <= %(today)s::date
       OR (deleted_at AT TIME ZONE 'Europe/Copenhagen')::date + %(period)s::integer <= %(today)s::date
) AS told;
