-- Look-ups of guardians of which nothing was applied, but for those that the access log has already.
-- in: guardian_ids, asked_at, outcomes (of one length), purpose, run_id   out: nothing
INSERT INTO sync.registry_access (guardian_id, asked_at, purpose, run_id, outcome)
SELECT asked.guardian_id, asked.asked_at, %(purpose)s, %(run_id)s, asked.outcome
FROM unnest(%(guardian_ids)s::bigint[], %(asked_at)s::timestamptz[], %(outcomes)s::text[])
    AS asked (guardian_id, asked_at, outcome)
WHERE NOT EXISTS (
    SELECT FROM sync.registry_access AS logged
    WHERE logged.guardian_id = asked.guardian_id AND logged.asked_at = asked.asked_at
      AND logged.run_id = %(run_id)s);
