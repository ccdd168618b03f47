-- What guardians of minors need: custody out of the refresh's answer, ends that are told once, when guardians are due.
-- In: a database at 0001.   Out: library.custody, library.former_guardian_number, sync.guardian_check,
-- sync.guardian_claim; columns of guardian_link, staff_case and patron_check.

-- Custody ------------------------------------------------------------------------------------------------------------

CREATE TABLE library.custody (
    patron_number text NOT NULL REFERENCES library.patron ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('mother', 'father', 'other holder', 'unknown holder')),
    cpr_number text CHECK (cpr_number ~ '^[0-9]{10}$'),
    valid_from date,
    valid_to date,
    UNIQUE NULLS NOT DISTINCT (patron_number, kind, cpr_number, valid_from),
    CHECK ((cpr_number IS NULL) = (kind = 'unknown holder'))
);
CREATE INDEX custody_holder ON library.custody (cpr_number);
COMMENT ON TABLE library.custody IS 'Custody of a minor as the refresh''s answer about the child gives it, mother and father resolved; no row beside sync.patron_check.custody_on: no entry. Former holders whom the library never linked are not kept';
COMMENT ON COLUMN library.custody.patron_number IS 'The minor';
COMMENT ON COLUMN library.custody.kind IS 'How the holder holds custody';
COMMENT ON COLUMN library.custody.cpr_number IS 'The holder''s CPR number as the answer has it; null: the registry does not say who';
COMMENT ON COLUMN library.custody.valid_from IS 'First day of the custody; null: always';
COMMENT ON COLUMN library.custody.valid_to IS 'First day without it (the delete date); null: no end known';

ALTER TABLE sync.patron_check ADD COLUMN custody_on date;
CREATE INDEX patron_check_custody ON sync.patron_check (patron_number) WHERE custody_on IS NOT NULL;
COMMENT ON COLUMN sync.patron_check.custody_on IS 'The run''s day of the answer that library.custody is out of; null: no minor, or the registry has not spoken';


-- Links and cases ----------------------------------------------------------------------------------------------------

ALTER TABLE library.guardian_link ADD COLUMN ended boolean NOT NULL DEFAULT false;
CREATE INDEX guardian_link_standing ON library.guardian_link (patron_number) WHERE NOT ended;
COMMENT ON COLUMN library.guardian_link.ended IS 'The end (valid_to) has come and was told (event guardian.ended); valid_to alone may lie ahead';

ALTER TABLE library.staff_case
    ADD COLUMN resolved_on date CHECK (resolved_on >= since),
    ADD COLUMN closed_by text CHECK (closed_by <> ''),
    ADD COLUMN closing_word text CHECK (closing_word <> ''),
    ADD CONSTRAINT staff_case_resolved_is_closed CHECK (resolved_on IS NULL OR closed_on IS NOT NULL);
COMMENT ON COLUMN library.staff_case.resolved_on IS 'The day its cause was seen to be gone; a case that staff closed (closed_on alone) is not raised again before that';
COMMENT ON COLUMN library.staff_case.closed_by IS 'The operating system''s user who closed it; null: open, or closed by itself';
COMMENT ON COLUMN library.staff_case.closing_word IS 'What that user said about it; never a name or a CPR number';

CREATE TABLE library.former_guardian_number (
    cpr_number text PRIMARY KEY CHECK (cpr_number ~ '^[0-9]{6}[0-9A-Z]{4}$'),
    guardian_id bigint NOT NULL REFERENCES library.guardian ON DELETE CASCADE
);
CREATE INDEX former_guardian_number_guardian ON library.former_guardian_number (guardian_id);
COMMENT ON TABLE library.former_guardian_number IS 'CPR numbers by which a child''s custody may still name a guardian who has another one now';
COMMENT ON COLUMN library.former_guardian_number.cpr_number IS 'The number no longer in force';
COMMENT ON COLUMN library.former_guardian_number.guardian_id IS 'The guardian who had it';


-- Look-ups of guardians who are no patrons ---------------------------------------------------------------------------

CREATE TABLE sync.guardian_check (
    guardian_id bigint PRIMARY KEY REFERENCES library.guardian ON DELETE CASCADE,
    checked_at timestamptz,
    checked_on date,
    next_due date NOT NULL DEFAULT '-infinity',
    reason text,
    since date,
    tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    CHECK ((reason IS NULL) = (tries = 0) AND (reason IS NULL) = (since IS NULL))
);
CREATE INDEX guardian_check_due ON sync.guardian_check (next_due, guardian_id);
COMMENT ON TABLE sync.guardian_check IS 'When each guardian was last looked up and is next due, and why the last answer could not be applied; one row per guardian, made by a trigger. Who is a patron is looked up as one, never here';
COMMENT ON COLUMN sync.guardian_check.guardian_id IS 'The guardian';
COMMENT ON COLUMN sync.guardian_check.checked_at IS 'When the registry last answered about the guardian; null: never';
COMMENT ON COLUMN sync.guardian_check.checked_on IS 'The run''s day at that time; null: never';
COMMENT ON COLUMN sync.guardian_check.next_due IS 'The day the guardian is due; -infinity: at once; infinity: never by schedule';
COMMENT ON COLUMN sync.guardian_check.reason IS 'Why the last answer could not be applied, as a reason of quarantine; null: it was, or there was none';
COMMENT ON COLUMN sync.guardian_check.since IS 'The run''s day on which that began';
COMMENT ON COLUMN sync.guardian_check.tries IS 'Look-ups in a row that ended in it';

CREATE FUNCTION sync.add_guardian_checks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sync.guardian_check (guardian_id) SELECT guardian_id FROM added ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION sync.add_guardian_checks() IS 'Makes the sync.guardian_check rows of the guardians that a statement added';
CREATE TRIGGER add_guardian_checks AFTER INSERT ON library.guardian
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION sync.add_guardian_checks();
INSERT INTO sync.guardian_check (guardian_id) SELECT guardian_id FROM library.guardian;

-- No key to library.guardian, as sync.claim has none to the patron.
CREATE TABLE sync.guardian_claim (
    guardian_id bigint PRIMARY KEY,
    claimant bigint NOT NULL,
    lease_until timestamptz NOT NULL
);
CREATE INDEX guardian_claim_claimant ON sync.guardian_claim (claimant);
COMMENT ON TABLE sync.guardian_claim IS 'Guardians that a worker is looking up; rows exist only while claimed, and fall as those of sync.claim do';
COMMENT ON COLUMN sync.guardian_claim.guardian_id IS 'The guardian claimed';
COMMENT ON COLUMN sync.guardian_claim.claimant IS 'Whose claim, as in sync.claim';
COMMENT ON COLUMN sync.guardian_claim.lease_until IS 'When the claim falls although its owner''s session lives';

ALTER TABLE sync.disclosure
    ALTER COLUMN patron_number DROP NOT NULL,
    ADD COLUMN guardian_id bigint,
    ADD CONSTRAINT disclosure_check CHECK (num_nonnulls(patron_number, guardian_id) = 1);
CREATE INDEX disclosure_guardian ON sync.disclosure (guardian_id) WHERE guardian_id IS NOT NULL;
COMMENT ON TABLE sync.disclosure IS 'Each time that a protected patron''s, or guardian''s, name was shown to somebody';
COMMENT ON COLUMN sync.disclosure.patron_number IS 'Whose; null: a guardian''s who is no patron';
COMMENT ON COLUMN sync.disclosure.guardian_id IS 'The guardian who is no patron; null: a patron''s';
