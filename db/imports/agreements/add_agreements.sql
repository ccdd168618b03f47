-- Agreements that are new.
-- In: import_terms. Out: nothing.
INSERT INTO library.net_media_agreement
    (service, municipality_code, valid_from, valid_to, min_age, max_age, excluded_groups, grace_days)
SELECT service, municipality_code, valid_from, valid_to, min_age, max_age, excluded_groups, grace_days FROM import_terms
ON CONFLICT DO NOTHING;
