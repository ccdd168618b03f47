-- Why answers about the patron were not applied.
-- in: number   out: reason, detail, since, tries, closed_on
SELECT reason, detail, since, tries, closed_on FROM sync.quarantine
WHERE patron_number = %(number)s
ORDER BY since, quarantine_id;
