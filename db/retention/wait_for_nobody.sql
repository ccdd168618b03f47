-- For the transaction of one batch: nobody is waited for.
-- in: nothing   out: nothing
SET LOCAL lock_timeout = '20ms';
