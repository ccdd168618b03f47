-- Who is in quarantine on a day, by reason.
-- in: today   out: code (reason), number (of patrons), oldest (the day since which the first of them is in it)
SELECT reason AS code, count(*) AS number, min(since) AS oldest
FROM sync.quarantine
WHERE since <= %(today)s AND (closed_on IS NULL OR closed_on > %(today)s)
GROUP BY reason
ORDER BY number DESC, code;
