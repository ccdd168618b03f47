-- The proof that no message sent so long ago still has a loan, an item, a title or an author.
-- in: today, period   out: overdue, held (overdue, and a legal hold keeps it)
SELECT count(*) FILTER (WHERE NOT is_held) AS overdue, count(*) FILTER (WHERE is_held) AS held
FROM (
    SELECT EXISTS (
        SELECT FROM library.legal_hold AS hold
        WHERE hold.patron_number = message.patron_number
          AND %(today)s::date >= hold.placed_on AND %(today)s::date < coalesce(hold.lifted_on, 'infinity')) AS is_held
    FROM library.message
    WHERE coalesce(loan_number, item_number, title, author) IS NOT NULL
      AND (sent_at AT TIME ZONE 'Europe/Copenhagen')::date + %(period)s::integer <= %(today)s::date
) AS told;
