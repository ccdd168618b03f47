-- Claims the next patrons of a scope (docs/reference/rules.md, "When again"), in order of their due day. The door (claim_door)
-- lets one claimer in at a time: none of them is claimed meanwhile.
-- in: scope, today, numbers (scope patrons), failed_before (those whom the registry failed the last time, or the others),
--     after_due and after_number (where the last batch ended), size, claimant, lease_seconds   out: patron_number, cpr_number, next_due as text (it may be infinity)
WITH candidate AS (
    SELECT checked.patron_number, checked.next_due, askable.cpr_number
    FROM sync.askable AS askable
    JOIN sync.patron_check AS checked USING (patron_number)
    WHERE checked.failed_before = %(failed_before)s
      AND (checked.next_due, checked.patron_number) > (%(after_due)s::date, %(after_number)s)
      AND CASE %(scope)s
          WHEN 'due' THEN askable.next_due <= %(today)s AND askable.checked_on IS DISTINCT FROM %(today)s
          WHEN 'all' THEN NOT askable.dead AND askable.checked_on IS DISTINCT FROM %(today)s
          WHEN 'quarantined' THEN askable.quarantined AND askable.checked_on IS DISTINCT FROM %(today)s
          WHEN 'patrons' THEN askable.patron_number IN (SELECT unnest(%(numbers)s::text[]))
      END
      AND NOT EXISTS (SELECT FROM sync.claim WHERE claim.patron_number = askable.patron_number)
    ORDER BY checked.next_due, checked.patron_number
    LIMIT %(size)s
    FOR UPDATE OF checked SKIP LOCKED
), claimed AS (
    INSERT INTO sync.claim (patron_number, claimant, lease_until)
    SELECT patron_number, %(claimant)s, now() + make_interval(secs => %(lease_seconds)s) FROM candidate
)
SELECT patron_number, cpr_number, next_due::text AS next_due
FROM candidate
ORDER BY candidate.next_due, patron_number;
