-- When the patron was last asked about.
-- in: number   out: checked_at, checked_on, next_due (null: at once, or never by schedule), failed_before, custody_on
SELECT checked_at, checked_on, CASE WHEN isfinite(next_due) THEN next_due END AS next_due, failed_before, custody_on
FROM sync.patron_check
WHERE patron_number = %(number)s;
