-- The agreements of the file. Groups of a cell are separated by |.
-- In: service, municipality_code, valid_from, valid_to, min_age, max_age, excluded_groups, grace_days (a list each).
-- Out: import_terms is filled.
INSERT INTO import_terms
SELECT service, municipality_code, valid_from, valid_to, min_age, max_age,
       coalesce(string_to_array(nullif(excluded_groups, ''), '|'), '{}'), grace_days
FROM unnest(%(service)s::text[], %(municipality_code)s::text[], %(valid_from)s::date[], %(valid_to)s::date[],
            %(min_age)s::integer[], %(max_age)s::integer[], %(excluded_groups)s::text[], %(grace_days)s::integer[])
    AS file (service, municipality_code, valid_from, valid_to, min_age, max_age, excluded_groups, grace_days);
