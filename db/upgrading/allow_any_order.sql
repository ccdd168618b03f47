-- Lets a function be made before another one that it calls, so that files need no order; until the transaction ends.
-- In: nothing. Out: nothing.
SET LOCAL check_function_bodies = off
