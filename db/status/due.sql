-- Who is due on a day and has not been looked up on it, and since when.
-- in: today   out: due, never_asked (of these: never looked up), overdue (of these: due on an earlier day), oldest_due (null: nobody
--     whose day is known)
SELECT count(*) AS due,
       count(*) FILTER (WHERE checked_on IS NULL) AS never_asked,
       count(*) FILTER (WHERE next_due < %(today)s) AS overdue,
       min(next_due) FILTER (WHERE isfinite(next_due)) AS oldest_due
FROM sync.askable
WHERE next_due <= %(today)s AND checked_on IS DISTINCT FROM %(today)s;
