-- A form that a guardian signs anew renews the link: it goes on, and its day of signing is the later one.
-- In: import_enrolment. Out: nothing.
UPDATE library.guardian_link AS link SET signed_on = work.signed_on
FROM import_enrolment AS work
WHERE work.renewed
  AND link.patron_number = work.patron_number AND link.source = 'enrolled' AND link.guardian_id = work.guardian_id
  AND (link.valid_to IS NULL OR link.valid_to > work.signed_on);
