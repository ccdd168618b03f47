-- Municipalities with an agreement in force today that would have none by the file.
-- In: import_terms, today. Out: municipality_code.
SELECT DISTINCT municipality_code FROM library.net_media_agreement AS agreement
WHERE valid_from <= %(today)s AND (valid_to IS NULL OR %(today)s <= valid_to)
  AND NOT EXISTS (
      SELECT FROM import_terms AS terms
      WHERE terms.municipality_code = agreement.municipality_code
        AND terms.valid_from <= %(today)s AND (terms.valid_to IS NULL OR %(today)s <= terms.valid_to))
ORDER BY municipality_code;
