-- A CPR number that another patron holds once the file is loaded: one in the database who does not give it up in this
-- file, or else an earlier line. Who is rejected keeps the number of now, so whoever wanted that one is a reject too.
-- In: import_patron. Out: these lines leave it for import_reject.
WITH RECURSIVE wanting AS MATERIALIZED (
    SELECT staged.line, staged.patron_number, staged.cpr_number, patron.cpr_number AS had
    FROM import_patron AS staged
    LEFT JOIN library.patron ON patron.patron_number = staged.patron_number
    WHERE staged.cpr_number IS NOT NULL
      AND patron.registry_status IS NULL
      AND staged.cpr_number IS DISTINCT FROM patron.cpr_number
), first_wanting AS (
    SELECT cpr_number, (array_agg(patron_number ORDER BY line))[1] AS patron_number
    FROM wanting GROUP BY cpr_number HAVING count(*) > 1
), rejected AS (
    SELECT wanting.line, wanting.patron_number, wanting.had, holder.patron_number AS other, true AS stored
    FROM wanting
    JOIN library.patron AS holder ON holder.cpr_number = wanting.cpr_number
    WHERE NOT EXISTS (
        SELECT FROM import_patron AS giving
        WHERE giving.patron_number = holder.patron_number
          AND holder.registry_status IS NULL
          AND giving.cpr_number IS DISTINCT FROM holder.cpr_number)
    UNION
    SELECT wanting.line, wanting.patron_number, wanting.had, first_wanting.patron_number, false
    FROM wanting
    JOIN first_wanting USING (cpr_number)
    WHERE wanting.patron_number <> first_wanting.patron_number
    UNION
    SELECT wanting.line, wanting.patron_number, wanting.had, rejected.patron_number, true
    FROM rejected
    JOIN wanting ON wanting.cpr_number = rejected.had
), gone AS (
    DELETE FROM import_patron AS staged USING rejected WHERE staged.line = rejected.line
)
INSERT INTO import_reject (line, key, column_name, fault, other)
SELECT DISTINCT ON (line) line, patron_number, 'cpr_number', 'CPR number held', other
FROM rejected ORDER BY line, stored DESC, other;
