-- The proof that no record is left of a run that ended so long ago.
-- in: today, period   out: overdue, held (always 0)
SELECT count(*) AS overdue, 0 AS held FROM sync.run
WHERE (ended_at AT TIME ZONE 'Europe/Copenhagen')::date + %(period)s::integer <= %(today)s::date
  AND NOT (state = 'running' OR state = 'waiting');
