-- Frees the CPR numbers that one patron gives up and another takes in the same file: a number may not be held twice even
-- for the time of a statement.
-- In: import_work. Out: nothing.
UPDATE library.patron SET cpr_number = NULL
FROM import_work AS work
WHERE work.patron_number = patron.patron_number
  AND 'cpr_number' = ANY (work.changed)
  AND patron.cpr_number IN (SELECT cpr_number FROM import_work WHERE NOT known OR 'cpr_number' = ANY (changed));
