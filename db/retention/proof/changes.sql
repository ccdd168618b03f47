-- The proof that no event is left that was told so long ago and that no living consumer has still to read.
-- in: today, period, dead_days   out: overdue, held (overdue, and a legal hold keeps it)
SELECT count(*) FILTER (WHERE NOT is_held) AS overdue, count(*) FILTER (WHERE is_held) AS held
FROM (
    SELECT EXISTS (
        SELECT FROM library.legal_hold AS hold
        WHERE hold.patron_number = change.patron_number
          AND %(today)s::date >= hold.placed_on AND %(today)s::date < coalesce(hold.lifted_on, 'infinity')) AS is_held
    FROM sync.change
    WHERE (change.at AT TIME ZONE 'Europe/Copenhagen')::date + %(period)s::integer <= %(today)s::date
      AND NOT EXISTS (
          SELECT FROM sync.consumer
          WHERE consumer.dead_on IS NULL
            AND (consumer.read_at AT TIME ZONE 'Europe/Copenhagen')::date + %(dead_days)s::integer > %(today)s::date
            AND NOT pg_visible_in_snapshot(change.transaction_id, consumer.read_snapshot))
) AS told;
