-- The staff cases that are open on a day, by kind.
-- in: today   out: code (kind), number (of cases), oldest (the day since which the first of them is open)
SELECT kind AS code, count(*) AS number, min(since) AS oldest
FROM library.staff_case
WHERE since <= %(today)s AND (closed_on IS NULL OR closed_on > %(today)s)
GROUP BY kind
ORDER BY number DESC, code;
