-- Of a file that is the whole register: who was gone and has no line but rejects is in it all the same, and gone no more.
-- In: import_reject, import_work. Out: how many, as the rows written.
UPDATE library.patron SET gone_on = NULL
WHERE gone_on IS NOT NULL AND patron_number IN (SELECT key FROM import_reject)
  AND patron_number NOT IN (SELECT patron_number FROM import_work);
