-- Events that are due, and of these the ones that a legal hold keeps.
-- in: cut_off, today, dead_days   out: due, held
WITH waiting AS MATERIALIZED (
    SELECT read_snapshot FROM sync.living_consumers(%(today)s, %(dead_days)s)
)
SELECT count(*) AS due,
       count(*) FILTER (WHERE patron_number IN (SELECT patron_number FROM library.held_patrons(%(today)s))) AS held
FROM sync.change
WHERE at < (%(cut_off)s::date + 1)::timestamp AT TIME ZONE 'Europe/Copenhagen'
  AND NOT EXISTS (SELECT FROM waiting WHERE NOT pg_visible_in_snapshot(transaction_id, read_snapshot));
