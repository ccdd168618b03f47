-- Records of runs that are due; no legal hold keeps one, since no patron is in it.
-- in: cut_off   out: due, held
SELECT count(*) AS due, 0 AS held FROM sync.run
WHERE ended_at < (%(cut_off)s::date + 1)::timestamp AT TIME ZONE 'Europe/Copenhagen'
  AND state NOT IN ('running', 'waiting');
