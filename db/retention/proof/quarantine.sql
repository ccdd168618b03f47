-- The proof that no quarantine is left that ended so long ago.
-- in: today, period   out: overdue, held (overdue, and a legal hold keeps it)
SELECT count(*) FILTER (WHERE NOT is_held) AS overdue, count(*) FILTER (WHERE is_held) AS held
FROM (
    SELECT EXISTS (
        SELECT FROM library.legal_hold AS hold
        WHERE hold.patron_number = quarantine.patron_number
          AND %(today)s::date >= hold.placed_on AND %(today)s::date < coalesce(hold.lifted_on, 'infinity')) AS is_held
    FROM sync.quarantine WHERE closed_on + %(period)s::integer <= %(today)s::date
) AS told;
