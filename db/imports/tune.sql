-- For the transaction of a load alone: joins of a million lines stay in memory, and a long statement is no fault.
-- In: nothing. Out: nothing.
SET LOCAL work_mem = '48MB';
SET LOCAL statement_timeout = 0;
