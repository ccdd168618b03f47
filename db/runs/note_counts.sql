-- The counts of a run that goes on.
-- in: run_id, counts, outcomes, changes, look_ups   out: nothing
UPDATE sync.run
SET counts = %(counts)s, outcomes = %(outcomes)s, changes = %(changes)s, look_ups = %(look_ups)s
WHERE run_id = %(run_id)s;
