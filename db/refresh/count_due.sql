-- How many patrons a scope holds now (the same conditions as claim_batch.sql), claimed by others or not.
-- in: scope, today, numbers   out: one number
SELECT count(*)
FROM sync.askable AS askable
WHERE CASE %(scope)s
    WHEN 'due' THEN askable.next_due <= %(today)s AND askable.checked_on IS DISTINCT FROM %(today)s
    WHEN 'all' THEN NOT askable.dead AND askable.checked_on IS DISTINCT FROM %(today)s
    WHEN 'quarantined' THEN askable.quarantined AND askable.checked_on IS DISTINCT FROM %(today)s
    WHEN 'patrons' THEN askable.patron_number = ANY (%(numbers)s)
END;
