-- What is to be decided, told to the planner: for a statement about all children at once.
-- in: nothing   out: nothing
ANALYZE enlisted_child, wanted_link;
