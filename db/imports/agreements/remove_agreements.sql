-- Agreements that are not in the file any more.
-- In: import_terms. Out: nothing.
DELETE FROM library.net_media_agreement AS agreement
WHERE NOT EXISTS (
    SELECT FROM import_terms AS terms
    WHERE terms.service = agreement.service AND terms.municipality_code = agreement.municipality_code
      AND terms.valid_from = agreement.valid_from);
