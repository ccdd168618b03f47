-- Gives guardians what they wrote on the form that they signed last. The name only while neither the registry nor a
-- patron's row has one; a column that the file lacks is left alone, an empty cell clears.
-- In: import_enrolment, import_guardian, columns (of the file). Out: nothing.
UPDATE library.guardian
SET name = CASE WHEN guardian.patron_number IS NULL AND guardian.registry_status IS NULL
                THEN staged.guardian_name ELSE guardian.name END,
    mobile = CASE WHEN 'mobile' = ANY (%(columns)s) THEN staged.mobile ELSE guardian.mobile END,
    landline = CASE WHEN 'landline' = ANY (%(columns)s) THEN staged.landline ELSE guardian.landline END,
    email = CASE WHEN 'email' = ANY (%(columns)s) THEN staged.email ELSE guardian.email END
FROM import_enrolment AS work
JOIN import_guardian AS staged USING (line)
WHERE work.details AND guardian.guardian_id = work.guardian_id;
