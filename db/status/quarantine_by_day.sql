-- Who is in quarantine on a day, by reason and by the day since which they are in it.
-- in: today   out: code (reason), since, number (of patrons)
SELECT reason AS code, since, count(*) AS number
FROM sync.quarantine
WHERE since <= %(today)s AND (closed_on IS NULL OR closed_on > %(today)s)
GROUP BY reason, since
ORDER BY reason, since;
