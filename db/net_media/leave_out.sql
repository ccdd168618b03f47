-- Services that a brake holds: what was decided of them is not applied.
-- in: services   out: decided_right has nothing of them
DELETE FROM decided_right WHERE service = ANY (%(services)s);
