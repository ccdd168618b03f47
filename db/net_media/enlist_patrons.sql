-- Who may have other rights than when rights were last decided, though nothing has happened to them: another agreement is in
-- force in their municipality (or none), a birthday has passed an age limit, a block has begun, a grace runs.
-- in: in_force, services, day (the earliest on which a service was last decided), today   out: enlisted_patron has them, too
WITH was AS (
    SELECT service, municipality_code, min_age, max_age, excluded_groups, grace_days
    FROM sync.net_media_in_force WHERE service = ANY (%(services)s)
), is_now AS (
    SELECT service, municipality_code, min_age, max_age, excluded_groups, grace_days FROM in_force
), other AS (
    SELECT municipality_code
    FROM ((TABLE was EXCEPT TABLE is_now) UNION ALL (TABLE is_now EXCEPT TABLE was)) AS differs
), limits AS (
    SELECT DISTINCT age FROM in_force CROSS JOIN LATERAL (VALUES (min_age), (max_age + 1)) AS limit_of (age)
    WHERE age IS NOT NULL
)
INSERT INTO enlisted_patron (patron_number)
SELECT patron_number FROM library.patron WHERE municipality_code IN (SELECT municipality_code FROM other)
UNION
SELECT patron_number FROM library.patron
JOIN limits ON birth_date > (%(day)s::date - make_interval(years => age))::date
    AND birth_date <= (%(today)s::date - make_interval(years => age))::date
WHERE %(day)s <> %(today)s
UNION
SELECT patron_number FROM library.block WHERE since > %(day)s AND since <= %(today)s
UNION
SELECT patron_number FROM library.net_media_right WHERE until IS NOT NULL
ON CONFLICT DO NOTHING;
