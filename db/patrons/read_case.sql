-- One case.
-- in: case_number   out: case_number, patron_number, kind, since, closed_on, detail, closing_word; no row where there is none
SELECT case_number, patron_number, kind, since, closed_on, detail, closing_word
FROM library.staff_case WHERE case_number = %(case_number)s;
