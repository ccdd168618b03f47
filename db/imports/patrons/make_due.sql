-- A patron whose CPR number was put right is due at once: that number has never been asked about.
-- In: import_work. Out: nothing.
UPDATE sync.patron_check AS checked SET next_due = '-infinity'
FROM import_work AS work
WHERE checked.patron_number = work.patron_number
  AND 'cpr_number' = ANY (work.changed)
  AND checked.next_due <> '-infinity';
