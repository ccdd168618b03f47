-- Where an extract of patrons is put by COPY, and what is to be done with it. Temporary: seen by this session alone.
-- import_patron: the file's lines as they are, a column that the file lacks being null. import_work: the patrons who are
-- new or change, with the values that they shall have, and the names of the fields that change.
-- import_gone: of a file that is the whole register, the patrons who are not in it.
-- In: nothing. Out: three empty tables.
DROP TABLE IF EXISTS import_patron, import_work, import_gone;
CREATE TEMPORARY TABLE import_patron (
    line integer NOT NULL, patron_number text NOT NULL, cpr_number text, name text, birth_date text, address text,
    postal_code text, postal_district text, municipality_code text, patron_group text, home_branch text, language text,
    email text, mobile text, landline text, card_number text, pin_hash text, blocked_on text, block_reason text,
    internal_note text, note_to_patron text, absent_from text, absent_to text, group_withheld boolean
);
CREATE TEMPORARY TABLE import_work (
    line integer, patron_number text, known boolean, seen xid, changed text[], cpr_number text, name text,
    birth_date date, address_kind text, street text, postal_code text, postal_district text, municipality_code text,
    patron_group text, home_branch text, language text, email text, internal_note text, note_to_patron text,
    mobile text, landline text, card_number text, pin_hash text, blocked_on date, block_reason text,
    absent_from date, absent_to date
);
CREATE TEMPORARY TABLE import_gone (patron_number text NOT NULL);
