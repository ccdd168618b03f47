-- By which agreements rights are decided now. Services that are left out keep what they were decided by.
-- in: in_force, services   out: nothing
WITH gone AS (
    DELETE FROM sync.net_media_in_force AS was
    WHERE was.service = ANY (%(services)s) AND NOT EXISTS (
        SELECT FROM in_force WHERE in_force.service = was.service AND in_force.municipality_code = was.municipality_code)
)
INSERT INTO sync.net_media_in_force AS was (service, municipality_code, min_age, max_age, excluded_groups, grace_days)
SELECT service, municipality_code, min_age, max_age, excluded_groups, grace_days FROM in_force WHERE service = ANY (%(services)s)
ON CONFLICT (service, municipality_code) DO UPDATE
SET min_age = excluded.min_age, max_age = excluded.max_age, excluded_groups = excluded.excluded_groups,
    grace_days = excluded.grace_days
WHERE (was.min_age, was.max_age, was.excluded_groups, was.grace_days)
    IS DISTINCT FROM (excluded.min_age, excluded.max_age, excluded.excluded_groups, excluded.grace_days);
