-- For the transaction of one batch: nobody is waited for, nor is the disk. (What a crash of the server brings back is due
-- still, and goes the next time.)
-- in: nothing   out: nothing
SET LOCAL lock_timeout = '20ms';
SET LOCAL synchronous_commit = off;
