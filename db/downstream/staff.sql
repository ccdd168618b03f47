-- What is staff's alone: notes on patrons, and cases.
-- in: nothing   out: views downstream.staff_note, downstream.staff_case
CREATE OR REPLACE VIEW downstream.staff_note AS
SELECT patron.patron_number, patron.internal_note, patron.note_to_patron
FROM library.patron AS patron
WHERE num_nonnulls(patron.internal_note, patron.note_to_patron) > 0;
COMMENT ON VIEW downstream.staff_note IS 'Notes on patrons: staff''s alone';
COMMENT ON COLUMN downstream.staff_note.patron_number IS 'The patron. Source: library. Never null';
COMMENT ON COLUMN downstream.staff_note.internal_note IS 'Staff only: no patron and no other system sees it. Source: library. Null: none';
COMMENT ON COLUMN downstream.staff_note.note_to_patron IS 'Printed on the statement of account about missing materials. Source: library. Null: none';

CREATE OR REPLACE VIEW downstream.staff_case AS
SELECT staff_case.case_number, staff_case.patron_number, staff_case.kind, staff_case.since, staff_case.closed_on,
       staff_case.detail
FROM library.staff_case;
COMMENT ON VIEW downstream.staff_case IS 'What staff must look at (`patronsync cases` says it in words)';
COMMENT ON COLUMN downstream.staff_case.case_number IS 'Number of the case. Source: patronsync. Never null';
COMMENT ON COLUMN downstream.staff_case.patron_number IS 'The patron it is about. Source: library. Never null';
COMMENT ON COLUMN downstream.staff_case.kind IS 'Kind, as docs/reference/rules.md lists them. Source: patronsync. Never null';
COMMENT ON COLUMN downstream.staff_case.since IS 'The day it was raised. Source: patronsync. Never null';
COMMENT ON COLUMN downstream.staff_case.closed_on IS 'The day it was closed. Source: patronsync. Null: open';
COMMENT ON COLUMN downstream.staff_case.detail IS 'Codes and patron numbers, never a name. Source: patronsync. Never null';
