-- What the load does.
-- In: import_patron, import_work. Out: lines that are right, patrons added, patrons changed, child groups not taken,
-- municipality codes taken that are on no list, patrons who were gone and come back.
SELECT (SELECT count(*) FROM import_patron),
       count(*) FILTER (WHERE NOT known),
       count(*) FILTER (WHERE known),
       (SELECT count(*) FROM import_patron WHERE group_withheld),
       count(*) FILTER (
           WHERE (NOT known OR 'municipality_code' = ANY (changed)) AND municipality_code IS NOT NULL
             AND NOT EXISTS (SELECT FROM library.municipality WHERE municipality.code = import_work.municipality_code)),
       count(*) FILTER (WHERE 'gone_on' = ANY (changed))
FROM import_work;
