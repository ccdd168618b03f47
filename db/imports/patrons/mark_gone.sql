-- From this day these patrons are gone: nobody asks the registry about them, and retention deletes them.
-- In: import_gone, today. Out: nothing.
UPDATE library.patron SET gone_on = %(today)s
FROM import_gone AS gone
WHERE gone.patron_number = patron.patron_number;
