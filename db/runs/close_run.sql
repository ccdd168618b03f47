-- Closes a run's record, or says that it waits.
-- in: run_id, state, message, counts, outcomes, changes, look_ups   out: nothing
UPDATE sync.run
SET state = %(state)s, message = %(message)s, ended_at = now(), counts = %(counts)s, outcomes = %(outcomes)s,
    changes = %(changes)s, look_ups = %(look_ups)s
WHERE run_id = %(run_id)s;
