-- A batch that was applied, with the run's counts so far: both commit with the batch itself.
-- in: run_id, batch_number, patrons, checked, first_answers, changed, unchanged, quarantined, failed, batch_look_ups,
--     shares, seconds; counts, outcomes, changes, look_ups of the run so far   out: nothing
WITH batch AS (
    INSERT INTO sync.batch (run_id, batch_number, patrons, checked, first_answers, changed, unchanged, quarantined,
                            failed, look_ups, shares, seconds)
    VALUES (%(run_id)s, %(batch_number)s, %(patrons)s, %(checked)s, %(first_answers)s, %(changed)s, %(unchanged)s,
            %(quarantined)s, %(failed)s, %(batch_look_ups)s, %(shares)s, %(seconds)s)
)
UPDATE sync.run
SET counts = %(counts)s, outcomes = %(outcomes)s, changes = %(changes)s, look_ups = %(look_ups)s
WHERE run_id = %(run_id)s;
