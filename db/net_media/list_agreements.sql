-- All agreements.
-- in: nothing   out: the columns of mappers.net_media.Agreement
SELECT service, municipality_code, valid_from, valid_to, min_age, max_age, excluded_groups, grace_days
FROM library.net_media_agreement ORDER BY service, municipality_code, valid_from;
