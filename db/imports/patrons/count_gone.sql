-- How many would be gone of how many, and how many lines do not say whom they are about: any of them may be one of these.
-- In: import_gone, import_reject. Out: patrons who are not in the file, patrons before it, lines without a patron number.
SELECT (SELECT count(*) FROM import_gone),
       (SELECT count(*) FROM library.patron WHERE gone_on IS NULL),
       (SELECT count(DISTINCT line) FROM import_reject WHERE key IS NULL);
