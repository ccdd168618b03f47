-- The proof that no message sent so long ago still has a text, unless its kind is declared to name no material.
-- in: today, period, without_material   out: overdue, held (overdue, and a legal hold keeps it)
SELECT count(*) FILTER (WHERE NOT is_held) AS overdue, count(*) FILTER (WHERE is_held) AS held
FROM (
    SELECT EXISTS (
        SELECT FROM library.legal_hold AS hold
        WHERE hold.patron_number = message.patron_number
          AND %(today)s::date >= hold.placed_on AND %(today)s::date < coalesce(hold.lifted_on, 'infinity')) AS is_held
    FROM library.message
    WHERE text IS NOT NULL AND coalesce(loan_number, item_number, title, author) IS NULL
      AND NOT kind = ANY (%(without_material)s::text[])
      AND (sent_at AT TIME ZONE 'Europe/Copenhagen')::date + %(period)s::integer <= %(today)s::date
) AS told;
