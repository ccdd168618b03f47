-- Opens a quarantine, or counts one more try of an open one; since is the day its reason began.
-- in: staged_check, today   out: nothing
INSERT INTO sync.quarantine AS quarantine (patron_number, reason, detail, since, tries)
SELECT patron_number, quarantine_reason, quarantine_detail, %(today)s, tries
FROM staged_check
WHERE quarantine_reason IS NOT NULL
ON CONFLICT (patron_number) WHERE closed_on IS NULL DO UPDATE
SET reason = excluded.reason, detail = excluded.detail, tries = excluded.tries,
    since = CASE WHEN quarantine.reason = excluded.reason THEN quarantine.since ELSE excluded.since END;
