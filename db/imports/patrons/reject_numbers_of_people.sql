-- A new patron whose number is somebody's CPR number, in the library or in this file: it would show in every list and log.
-- (Ten digits may be a number of the library's, so only one that is known for a CPR number is refused.)
-- In: import_patron. Out: these lines leave it for import_reject, without the number.
WITH gone AS (
    DELETE FROM import_patron AS staged
    WHERE staged.patron_number ~ '^[0-9]{6}[0-9A-Z]{4}$'
      AND (EXISTS (SELECT FROM library.patron AS holder WHERE holder.cpr_number = staged.patron_number)
           OR EXISTS (SELECT FROM library.former_cpr_number AS former WHERE former.cpr_number = staged.patron_number)
           OR EXISTS (SELECT FROM library.guardian WHERE guardian.cpr_number = staged.patron_number)
           OR staged.patron_number IN (SELECT other.cpr_number FROM import_patron AS other))
      AND NOT EXISTS (SELECT FROM library.patron WHERE patron.patron_number = staged.patron_number)
    RETURNING staged.line
)
INSERT INTO import_reject (line, key, column_name, fault)
SELECT line, NULL, 'patron_number', 'is a CPR number' FROM gone;
