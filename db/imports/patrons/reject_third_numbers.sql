-- A CPR number that is neither the one the registry knows the patron by nor one that it has replaced:
-- the set form of mappers.extracts.taking.is_third_number.
-- In: import_patron. Out: these lines leave it for import_reject.
WITH third AS (
    DELETE FROM import_patron AS staged USING library.patron
    WHERE patron.patron_number = staged.patron_number
      AND patron.registry_status IS NOT NULL
      AND staged.cpr_number IS NOT NULL
      AND staged.cpr_number IS DISTINCT FROM patron.cpr_number
      AND NOT EXISTS (
          SELECT FROM library.former_cpr_number AS former
          WHERE former.cpr_number = staged.cpr_number AND former.patron_number = staged.patron_number)
    RETURNING staged.line, staged.patron_number
)
INSERT INTO import_reject (line, key, column_name, fault)
SELECT line, patron_number, 'cpr_number', 'third CPR number' FROM third;
