-- Gives the known patrons what they shall have; who is in the file is not gone any more. A row that stays as it is (only a telephone changes, say) is not
-- written anew.
-- In: import_work. Out: nothing.
UPDATE library.patron
SET cpr_number = work.cpr_number, name = work.name, birth_date = work.birth_date, address_kind = work.address_kind,
    street = work.street, postal_code = work.postal_code, postal_district = work.postal_district,
    municipality_code = work.municipality_code, patron_group = work.patron_group, home_branch = work.home_branch,
    language = work.language, email = work.email, internal_note = work.internal_note,
    note_to_patron = work.note_to_patron, gone_on = NULL
FROM import_work AS work
WHERE work.known
  AND work.patron_number = patron.patron_number
  AND (patron.cpr_number, patron.name, patron.birth_date, patron.address_kind, patron.street, patron.postal_code,
       patron.postal_district, patron.municipality_code, patron.patron_group, patron.home_branch, patron.language,
       patron.email, patron.internal_note, patron.note_to_patron, patron.gone_on)
      IS DISTINCT FROM
      (work.cpr_number, work.name, work.birth_date, work.address_kind, work.street, work.postal_code,
       work.postal_district, work.municipality_code, work.patron_group, work.home_branch, work.language,
       work.email, work.internal_note, work.note_to_patron, NULL);
