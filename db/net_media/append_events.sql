-- One event per patron and kind, which names the services. A right that is not granted when it is first decided is no news.
-- in: decided_right, granted and revoked (kinds of events), run_id   out: kind, events
WITH told AS (
    SELECT patron_number, CASE WHEN granted THEN %(granted)s ELSE %(revoked)s END AS kind,
           array_agg(service ORDER BY service) AS services
    FROM decided_right
    WHERE granted IS DISTINCT FROM coalesce(was_granted, false)
    GROUP BY patron_number, granted
), appended AS (
    INSERT INTO sync.change (patron_number, kind, fields, run_id)
    SELECT patron_number, kind, services, %(run_id)s FROM told
    RETURNING kind
)
SELECT kind, count(*) AS events FROM appended GROUP BY kind ORDER BY kind;
