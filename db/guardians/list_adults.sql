-- Whether anybody of the batch has come of age.
-- in: enlisted_child   out: one row or none
SELECT patron_number FROM enlisted_child WHERE state = 'adult' LIMIT 1;
