-- Adds the links that forms make, from the day they were signed. Custody is compared by the next run of guardian-links.
-- In: import_enrolment. Out: nothing.
INSERT INTO library.guardian_link (patron_number, guardian_id, source, valid_from, signed_on)
SELECT patron_number, guardian_id, 'enrolled', signed_on, signed_on
FROM import_enrolment WHERE new_link;
