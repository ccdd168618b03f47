-- Where an extract of guardians is put by COPY, and what is to be done with it. Temporary: seen by this session alone.
-- import_guardian: the file's lines as they are, a column that the file lacks being null; then, found by the statements
-- of this folder: the signer as a patron and as a guardian (null: none yet), `who` tells signers apart, and what the form
-- is beside the others about the same child (mappers.extracts.enrolling.Standing).
-- import_enrolment: the lines that change something. `new_link`: the link is new; `renewed`: one in force is signed anew;
-- `details`: the guardian's details are this line's. `ended`: children whose earlier guardian's link ends, by line.
-- In: nothing. Out: two empty tables.
DROP TABLE IF EXISTS import_guardian, import_enrolment;
CREATE TEMPORARY TABLE import_guardian (
    line integer NOT NULL, patron_number text NOT NULL, guardian_cpr_number text NOT NULL, guardian_name text NOT NULL,
    mobile text, landline text, email text, signed_on text NOT NULL,
    guardian_patron text, guardian_id bigint, who text, standing text
);
CREATE TEMPORARY TABLE import_enrolment (
    line integer NOT NULL, patron_number text NOT NULL, guardian_id bigint NOT NULL, signed_on date NOT NULL,
    new_link boolean NOT NULL, renewed boolean NOT NULL, ended boolean NOT NULL, details boolean NOT NULL
);
