-- The proof that no row of the access log is left of which so many months are over (of a day that the last month lacks, on the day after it).
-- in: today, period   out: overdue, held (overdue, and a legal hold keeps it)
SELECT count(*) FILTER (WHERE NOT is_held) AS overdue, count(*) FILTER (WHERE is_held) AS held
FROM (
    SELECT EXISTS (
        SELECT FROM library.legal_hold AS hold
        WHERE hold.patron_number = told.patron_number
          AND %(today)s::date >= hold.placed_on AND %(today)s::date < coalesce(hold.lifted_on, 'infinity')) AS is_held
    FROM sync.registry_access AS told
    CROSS JOIN LATERAL (SELECT (asked_at AT TIME ZONE 'Europe/Copenhagen')::date AS day) AS clock
    CROSS JOIN LATERAL (SELECT (day + make_interval(months => %(period)s::integer))::date AS later) AS over
    WHERE asked_at < %(today)s::date - make_interval(months => %(period)s::integer) + interval '2 days'
      AND later + (extract(day FROM later) < extract(day FROM day))::integer <= %(today)s::date
) AS overdue;
