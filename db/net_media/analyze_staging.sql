-- Lets the planner know how many are enlisted.
-- in: nothing   out: nothing
ANALYZE enlisted_patron, in_force;
