-- Agreements whose terms are others.
-- In: import_terms. Out: nothing.
UPDATE library.net_media_agreement AS agreement
SET valid_to = terms.valid_to, min_age = terms.min_age, max_age = terms.max_age, excluded_groups = terms.excluded_groups,
    grace_days = terms.grace_days
FROM import_terms AS terms
WHERE terms.service = agreement.service AND terms.municipality_code = agreement.municipality_code
  AND terms.valid_from = agreement.valid_from
  AND (terms.valid_to, terms.min_age, terms.max_age, terms.excluded_groups, terms.grace_days)
      IS DISTINCT FROM
      (agreement.valid_to, agreement.min_age, agreement.max_age, agreement.excluded_groups, agreement.grace_days);
