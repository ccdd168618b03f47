-- When the person was last asked about as a guardian who is no patron.
-- in: guardians (their rows in library.guardian)
-- out: checked_at, checked_on, next_due (null: at once, or never by schedule), reason, since, tries
SELECT checked_at, checked_on, CASE WHEN isfinite(next_due) THEN next_due END AS next_due, reason, since, tries
FROM sync.guardian_check
WHERE guardian_id = ANY (%(guardians)s)
ORDER BY guardian_id;
