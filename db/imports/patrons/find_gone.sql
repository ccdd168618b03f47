-- Of a file that is the whole register: the patrons who are not in it, not even with a line that is a reject.
-- In: import_patron, import_reject. Out: import_gone.
INSERT INTO import_gone
SELECT patron.patron_number
FROM library.patron
WHERE patron.gone_on IS NULL
  AND NOT EXISTS (SELECT FROM import_patron AS staged WHERE staged.patron_number = patron.patron_number)
  AND NOT EXISTS (SELECT FROM import_reject AS reject WHERE reject.key = patron.patron_number);
