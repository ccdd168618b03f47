-- Adds the new patrons.
-- In: import_work. Out: nothing.
INSERT INTO library.patron (
    patron_number, cpr_number, name, birth_date, address_kind, street, postal_code, postal_district,
    municipality_code, patron_group, home_branch, language, email, internal_note, note_to_patron)
SELECT patron_number, cpr_number, name, birth_date, address_kind, street, postal_code, postal_district,
       municipality_code, patron_group, home_branch, language, email, internal_note, note_to_patron
FROM import_work WHERE NOT known;
