-- The agreement of each service and municipality that is in force today (the set form of mappers.net_media.in_force), and
-- between which birth dates its age limits lie: who was born on 29 February has birthday on 1 March of a common year.
-- in: today, services   out: in_force is filled
INSERT INTO in_force (service, municipality_code, min_age, max_age, excluded_groups, grace_days, too_old_by, old_enough_by)
SELECT DISTINCT ON (service, municipality_code)
       service, municipality_code, min_age, max_age, excluded_groups, grace_days,
       (%(today)s::date - make_interval(years => max_age + 1))::date, (%(today)s::date - make_interval(years => min_age))::date
FROM library.net_media_agreement
WHERE valid_from <= %(today)s AND (valid_to IS NULL OR %(today)s <= valid_to) AND service = ANY (%(services)s)
ORDER BY service, municipality_code, valid_from DESC;
