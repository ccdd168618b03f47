-- Look-ups of which nothing was applied, but for those that the access log has already.
-- in: patron_numbers, asked_at, outcomes (of one length), purpose, run_id   out: nothing
INSERT INTO sync.registry_access (patron_number, asked_at, purpose, run_id, outcome)
SELECT asked.patron_number, asked.asked_at, %(purpose)s, %(run_id)s, asked.outcome
FROM unnest(%(patron_numbers)s::text[], %(asked_at)s::timestamptz[], %(outcomes)s::text[])
    AS asked (patron_number, asked_at, outcome)
WHERE NOT EXISTS (
    SELECT FROM sync.registry_access AS logged
    WHERE logged.patron_number = asked.patron_number AND logged.asked_at = asked.asked_at
      AND logged.run_id = %(run_id)s);
