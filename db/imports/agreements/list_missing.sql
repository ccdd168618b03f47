-- Municipalities with an agreement in force today of which the file has no line.
-- In: import_terms, today. Out: municipality_code.
SELECT DISTINCT municipality_code FROM library.net_media_agreement AS agreement
WHERE valid_from <= %(today)s AND (valid_to IS NULL OR %(today)s <= valid_to)
  AND NOT EXISTS (SELECT FROM import_terms WHERE import_terms.municipality_code = agreement.municipality_code)
ORDER BY municipality_code;
