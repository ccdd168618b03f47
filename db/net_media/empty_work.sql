-- Makes room for another decision within one transaction.
-- in: nothing   out: nothing
TRUNCATE enlisted_patron, in_force, decided_right, told_patron, left_patron;
