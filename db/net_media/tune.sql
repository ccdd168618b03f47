-- For the transaction of a run alone: joins of a million patrons stay in memory, and a long statement is no fault.
-- in: nothing   out: nothing
SET LOCAL work_mem = '64MB';
SET LOCAL statement_timeout = 0;
