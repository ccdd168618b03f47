-- Lets a function be made before another one that it calls, so that files need no order; until the transaction ends.
-- in: nothing   out: nothing
SET LOCAL check_function_bodies = off
