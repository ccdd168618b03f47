-- A later form by somebody else ends the enrolled link that was in force when it was signed, on the day it was signed. The
-- end has come, and is told by append_events.
-- In: import_enrolment. Out: nothing.
UPDATE library.guardian_link AS link SET valid_to = work.signed_on, ended = true
FROM import_enrolment AS work
WHERE work.ended
  AND link.patron_number = work.patron_number AND link.source = 'enrolled' AND link.guardian_id <> work.guardian_id
  AND (link.valid_to IS NULL OR link.valid_to > work.signed_on);
