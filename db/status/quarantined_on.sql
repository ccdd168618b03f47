-- Who is in quarantine on a day, the longest first.
-- in: today, size   out: patron_number, reason, detail, since, tries, next_due (null: at once, or never by schedule)
SELECT quarantine.patron_number, quarantine.reason, quarantine.detail, quarantine.since, quarantine.tries,
       CASE WHEN isfinite(checked.next_due) THEN checked.next_due END AS next_due
FROM sync.quarantine
JOIN sync.patron_check AS checked USING (patron_number)
WHERE quarantine.since <= %(today)s AND (quarantine.closed_on IS NULL OR quarantine.closed_on > %(today)s)
ORDER BY quarantine.since, quarantine.patron_number
LIMIT %(size)s;
