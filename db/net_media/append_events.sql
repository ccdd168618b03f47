-- One event per patron and kind, which names the services.
-- in: told_patron, services, granted and revoked (kinds of events), run_id   out: kind, events
WITH named AS (
    SELECT mark, ARRAY (
        SELECT service FROM unnest(%(services)s::text[]) WITH ORDINALITY AS offered (service, place)
        WHERE get_bit(mark, place::integer - 1) = 1 ORDER BY service) AS services
    FROM (SELECT granted AS mark FROM told_patron UNION SELECT revoked FROM told_patron) AS marks
    WHERE mark IS NOT NULL
), appended AS (
    INSERT INTO sync.change (patron_number, kind, fields, run_id)
    SELECT patron_number, %(granted)s, services, %(run_id)s::bigint FROM told_patron JOIN named ON mark = told_patron.granted
    UNION ALL
    SELECT patron_number, %(revoked)s, services, %(run_id)s::bigint FROM told_patron JOIN named ON mark = told_patron.revoked
    RETURNING kind
)
SELECT kind, count(*) AS events FROM appended GROUP BY kind ORDER BY kind;
