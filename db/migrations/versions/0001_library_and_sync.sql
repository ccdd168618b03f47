-- The schemas library (what the library keeps: docs/reference/inventory.md) and sync (the worker's own).
-- In: a database without them, the table sync.alembic_version aside. Out: every table, key and comment; no patron.
-- Functions and views are re-creatable files (db/functions, db/downstream): upgrade.py applies them after the migrations.

CREATE SCHEMA library;
COMMENT ON SCHEMA library IS 'What the library keeps about its patrons';
COMMENT ON SCHEMA sync IS 'The worker''s own: runs, checks, quarantine, approvals, access log, change feed';
COMMENT ON TABLE sync.alembic_version IS 'The newest migration applied to this database';
COMMENT ON COLUMN sync.alembic_version.version_num IS 'Revision, as in db/migrations/versions';


-- Lists that others refer to -----------------------------------------------------------------------------------------

CREATE TABLE library.municipality (
    code text PRIMARY KEY CHECK (code ~ '^[0-9]{4}$'),
    name text NOT NULL,
    kind text NOT NULL
);
COMMENT ON TABLE library.municipality IS 'The published municipalities (mappers/municipalities.csv, brought up to date by each upgrade). A patron may hold an unlisted code, so nothing refers to it by a key';
COMMENT ON COLUMN library.municipality.code IS 'Four digits, leading zeros kept';
COMMENT ON COLUMN library.municipality.name IS 'Name in Danish';
COMMENT ON COLUMN library.municipality.kind IS 'What sort of area it is, as in mappers/municipalities.csv';

CREATE TABLE library.branch (
    branch text PRIMARY KEY CHECK (branch <> ''),
    name text
);
COMMENT ON TABLE library.branch IS 'Branches of the library; one that a load mentions first is added by that load';
COMMENT ON COLUMN library.branch.branch IS 'The branch as extracts write it';
COMMENT ON COLUMN library.branch.name IS 'Name for people, where it is another';

CREATE TABLE library.patron_group (
    patron_group text PRIMARY KEY CHECK (patron_group <> ''),
    name text
);
COMMENT ON TABLE library.patron_group IS 'Patron groups (loan period, reminders, fees follow from them in the library system); one that a load mentions first is added by that load';
COMMENT ON COLUMN library.patron_group.patron_group IS 'The group as extracts write it';
COMMENT ON COLUMN library.patron_group.name IS 'Name for people, where it is another';


-- The patron ---------------------------------------------------------------------------------------------------------

-- Columns from name to protected_to are the registry's: mappers.record.PatronRecord, same names, same order.
CREATE TABLE library.patron (
    patron_number text PRIMARY KEY CHECK (patron_number <> ''),
    cpr_number text UNIQUE CHECK (cpr_number ~ '^[0-9]{6}[0-9A-Z]{4}$'),
    name text,
    birth_date date,
    birth_date_uncertain boolean,
    address_kind text NOT NULL DEFAULT 'none'
        CHECK (address_kind IN ('residential', 'administrative', 'foreign', 'last known', 'as imported', 'none')),
    co_name text,
    street text,
    address_lines text[] NOT NULL DEFAULT '{}',
    town text,
    postal_code text,
    postal_district text,
    country text CHECK (country ~ '^[0-9]{4}$'),
    road_code text,
    house_number text,
    floor text,
    door text,
    last_residence jsonb CHECK (jsonb_typeof(last_residence) = 'object'),
    contact_lines text[] NOT NULL DEFAULT '{}',
    contact_from date,
    contact_to date,
    municipality_code text CHECK (municipality_code ~ '^[0-9]{4}$'),
    registry_status smallint CHECK (registry_status IN (1, 3, 5, 7, 20, 30, 50, 60, 70, 80, 90)),
    registry_status_date date,
    protection_flag boolean,
    protected_from date,
    protected_to date,
    patron_group text REFERENCES library.patron_group,
    home_branch text REFERENCES library.branch,
    language text CHECK (language IN ('da', 'en')),
    email text,
    internal_note text,
    note_to_patron text,
    gone_on date
);
COMMENT ON TABLE library.patron IS 'A patron: what the registry says (name to protected_to) and what the library owns (the rest)';
COMMENT ON COLUMN library.patron.patron_number IS 'How the library system identifies the patron (lånernummer)';
COMMENT ON COLUMN library.patron.cpr_number IS 'The CPR number in force, ten characters, no hyphen; a replacement number is kept and never looked up; null: none';
COMMENT ON COLUMN library.patron.name IS 'The addressing name, as on letters and the health card';
COMMENT ON COLUMN library.patron.birth_date IS 'Date of birth; never cut from the CPR number';
COMMENT ON COLUMN library.patron.birth_date_uncertain IS 'The registry marks the birth date as uncertain; null: the registry has not spoken';
COMMENT ON COLUMN library.patron.address_kind IS 'What the base address (co_name to door) is; a contact address stands beside it and is the current one on its days';
COMMENT ON COLUMN library.patron.co_name IS 'c/o name without a leading c/o';
COMMENT ON COLUMN library.patron.street IS 'The address line as on an envelope; an imported address stands here whole';
COMMENT ON COLUMN library.patron.address_lines IS 'What stands beside the street line: locality, supplementary lines, or the lines of a foreign address';
COMMENT ON COLUMN library.patron.town IS 'Supplementary town name (bynavn)';
COMMENT ON COLUMN library.patron.postal_code IS 'Postal code';
COMMENT ON COLUMN library.patron.postal_district IS 'Postal district';
COMMENT ON COLUMN library.patron.country IS 'The registry''s four-digit country code of a foreign address; null in Denmark and Greenland';
COMMENT ON COLUMN library.patron.road_code IS 'The registry''s road code';
COMMENT ON COLUMN library.patron.house_number IS 'House number with its letter, no leading zeros';
COMMENT ON COLUMN library.patron.floor IS 'Floor';
COMMENT ON COLUMN library.patron.door IS 'Door';
COMMENT ON COLUMN library.patron.last_residence IS 'The last residential or imported address while the base address is another, for the day it becomes last known';
COMMENT ON COLUMN library.patron.contact_lines IS 'Lines of the registry''s contact address; empty: none';
COMMENT ON COLUMN library.patron.contact_from IS 'First day of the contact address; null: always';
COMMENT ON COLUMN library.patron.contact_to IS 'First day without the contact address; null: for ever';
COMMENT ON COLUMN library.patron.municipality_code IS 'Municipality of residence, four digits; an unlisted code is kept and gives no right';
COMMENT ON COLUMN library.patron.registry_status IS 'The registry''s status code; null: the registry has not spoken';
COMMENT ON COLUMN library.patron.registry_status_date IS 'Since when, as the registry says';
COMMENT ON COLUMN library.patron.protection_flag IS 'Name and address protection: the flag as taken from the answer; held with its days against a day by library.is_protected';
COMMENT ON COLUMN library.patron.protected_from IS 'First day of the protection; null: always, where an end stands';
COMMENT ON COLUMN library.patron.protected_to IS 'Last day of the protection; null: for ever, where a start stands';
COMMENT ON COLUMN library.patron.patron_group IS 'Patron group (lånergruppe)';
COMMENT ON COLUMN library.patron.home_branch IS 'Branch where reservations are picked up (tilhørsfilial)';
COMMENT ON COLUMN library.patron.language IS 'Language of messages sent; null: not chosen';
COMMENT ON COLUMN library.patron.email IS 'E-mail address';
COMMENT ON COLUMN library.patron.internal_note IS 'Staff only: no downstream role and no patron reads it';
COMMENT ON COLUMN library.patron.note_to_patron IS 'Printed on the statement of account about missing materials';
COMMENT ON COLUMN library.patron.gone_on IS 'The day the patron was not in an extract loaded as the whole register; null: a patron';

CREATE TABLE library.former_cpr_number (
    cpr_number text PRIMARY KEY CHECK (cpr_number ~ '^[0-9]{6}[0-9A-Z]{4}$'),
    patron_number text NOT NULL REFERENCES library.patron ON DELETE CASCADE,
    until date NOT NULL
);
CREATE INDEX former_cpr_number_patron ON library.former_cpr_number (patron_number);
COMMENT ON TABLE library.former_cpr_number IS 'CPR numbers that the registry has replaced, so that a late extract brings nothing back';
COMMENT ON COLUMN library.former_cpr_number.cpr_number IS 'The number no longer in force';
COMMENT ON COLUMN library.former_cpr_number.patron_number IS 'The patron who had it';
COMMENT ON COLUMN library.former_cpr_number.until IS 'The day the change was learnt';

CREATE TABLE library.patron_phone (
    patron_number text NOT NULL REFERENCES library.patron ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('mobile', 'landline')),
    number text NOT NULL CHECK (number <> ''),
    PRIMARY KEY (patron_number, kind, number)
);
COMMENT ON TABLE library.patron_phone IS 'Telephone numbers of patrons';
COMMENT ON COLUMN library.patron_phone.patron_number IS 'The patron';
COMMENT ON COLUMN library.patron_phone.kind IS 'mobile (receives SMS) or landline';
COMMENT ON COLUMN library.patron_phone.number IS 'The number as the library has it';

CREATE TABLE library.absence (
    patron_number text NOT NULL REFERENCES library.patron ON DELETE CASCADE,
    absent_from date NOT NULL,
    absent_to date CHECK (absent_to >= absent_from),
    PRIMARY KEY (patron_number, absent_from)
);
COMMENT ON TABLE library.absence IS 'Absence periods set by the patron: no reservation is fulfilled in them (fraværsperiode)';
COMMENT ON COLUMN library.absence.patron_number IS 'The patron';
COMMENT ON COLUMN library.absence.absent_from IS 'First day';
COMMENT ON COLUMN library.absence.absent_to IS 'Last day; null: until further notice';

CREATE TABLE library.block (
    patron_number text NOT NULL REFERENCES library.patron ON DELETE CASCADE,
    reason text NOT NULL CHECK (reason <> ''),
    source text NOT NULL CHECK (source IN ('registry', 'staff')),
    since date NOT NULL,
    PRIMARY KEY (patron_number, reason, source)
);
COMMENT ON TABLE library.block IS 'Blocks: the patron may not use the library';
COMMENT ON COLUMN library.block.patron_number IS 'The patron';
COMMENT ON COLUMN library.block.reason IS 'Why; of source registry: a reason declared in mappers';
COMMENT ON COLUMN library.block.source IS 'Who set it, and alone lifts it';
COMMENT ON COLUMN library.block.since IS 'From this day';

CREATE TABLE library.patron_card (
    card_number text PRIMARY KEY CHECK (card_number <> ''),
    patron_number text NOT NULL REFERENCES library.patron ON DELETE CASCADE
);
CREATE INDEX patron_card_patron ON library.patron_card (patron_number);
COMMENT ON TABLE library.patron_card IS 'Cards that a patron borrows with';
COMMENT ON COLUMN library.patron_card.card_number IS 'Number on the card (lånerID)';
COMMENT ON COLUMN library.patron_card.patron_number IS 'The patron';

-- A table of its own, so that no grant on cards reaches it; nobody is granted anything here.
CREATE TABLE library.card_pin (
    card_number text PRIMARY KEY REFERENCES library.patron_card ON DELETE CASCADE,
    pin_hash text NOT NULL CHECK (length(pin_hash) >= 40)
);
REVOKE ALL ON library.card_pin FROM PUBLIC;
COMMENT ON TABLE library.card_pin IS 'PIN codes, as salted hashes alone; no reader''s role may read it';
COMMENT ON COLUMN library.card_pin.card_number IS 'The card';
COMMENT ON COLUMN library.card_pin.pin_hash IS 'Scheme, cost, salt and hash in one text; never the PIN (the check refuses anything as short as one)';

CREATE TABLE library.staff_case (
    case_number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    patron_number text NOT NULL REFERENCES library.patron ON DELETE CASCADE,
    kind text NOT NULL,
    since date NOT NULL,
    closed_on date CHECK (closed_on >= since),
    detail jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(detail) = 'object')
);
CREATE UNIQUE INDEX staff_case_open ON library.staff_case (patron_number, kind, detail) WHERE closed_on IS NULL;
CREATE INDEX staff_case_patron ON library.staff_case (patron_number);
COMMENT ON TABLE library.staff_case IS 'What staff must look at; one open case per patron, kind and detail';
COMMENT ON COLUMN library.staff_case.case_number IS 'Number of the case';
COMMENT ON COLUMN library.staff_case.patron_number IS 'The patron it is about';
COMMENT ON COLUMN library.staff_case.kind IS 'Kind, as docs/reference/rules.md lists them';
COMMENT ON COLUMN library.staff_case.since IS 'The day it was raised';
COMMENT ON COLUMN library.staff_case.closed_on IS 'The day it was closed; null: open';
COMMENT ON COLUMN library.staff_case.detail IS 'Codes and patron numbers alone, never a name or a CPR number';


-- Guardians of minors ------------------------------------------------------------------------------------------------

CREATE TABLE library.guardian (
    guardian_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    patron_number text UNIQUE REFERENCES library.patron ON DELETE SET NULL,
    cpr_number text UNIQUE CHECK (cpr_number ~ '^[0-9]{6}[0-9A-Z]{4}$'),
    name text,
    birth_date date,
    birth_date_uncertain boolean,
    address_kind text NOT NULL DEFAULT 'none'
        CHECK (address_kind IN ('residential', 'administrative', 'foreign', 'last known', 'as imported', 'none')),
    co_name text,
    street text,
    address_lines text[] NOT NULL DEFAULT '{}',
    town text,
    postal_code text,
    postal_district text,
    country text CHECK (country ~ '^[0-9]{4}$'),
    contact_lines text[] NOT NULL DEFAULT '{}',
    contact_from date,
    contact_to date,
    registry_status smallint CHECK (registry_status IN (1, 3, 5, 7, 20, 30, 50, 60, 70, 80, 90)),
    registry_status_date date,
    protection_flag boolean,
    protected_from date,
    protected_to date,
    mobile text,
    landline text,
    email text
);
COMMENT ON TABLE library.guardian IS 'Who holds custody of a minor or vouches for one; of a guardian who is a patron the patron row holds name and address';
COMMENT ON COLUMN library.guardian.guardian_id IS 'The worker''s number for the guardian (the library gives none)';
COMMENT ON COLUMN library.guardian.patron_number IS 'The guardian''s own patron number, where the guardian is a patron';
COMMENT ON COLUMN library.guardian.cpr_number IS 'The CPR number in force, ten characters, no hyphen';
COMMENT ON COLUMN library.guardian.name IS 'The addressing name, or as on the signed form until the registry has spoken';
COMMENT ON COLUMN library.guardian.birth_date IS 'Date of birth (a guardian who is a minor raises a case)';
COMMENT ON COLUMN library.guardian.birth_date_uncertain IS 'The registry marks the birth date as uncertain';
COMMENT ON COLUMN library.guardian.address_kind IS 'As of a patron';
COMMENT ON COLUMN library.guardian.co_name IS 'As of a patron';
COMMENT ON COLUMN library.guardian.street IS 'As of a patron';
COMMENT ON COLUMN library.guardian.address_lines IS 'As of a patron';
COMMENT ON COLUMN library.guardian.town IS 'As of a patron';
COMMENT ON COLUMN library.guardian.postal_code IS 'As of a patron';
COMMENT ON COLUMN library.guardian.postal_district IS 'As of a patron';
COMMENT ON COLUMN library.guardian.country IS 'As of a patron';
COMMENT ON COLUMN library.guardian.contact_lines IS 'As of a patron';
COMMENT ON COLUMN library.guardian.contact_from IS 'As of a patron';
COMMENT ON COLUMN library.guardian.contact_to IS 'As of a patron';
COMMENT ON COLUMN library.guardian.registry_status IS 'The registry''s status code; null: the registry has not spoken';
COMMENT ON COLUMN library.guardian.registry_status_date IS 'Since when, as the registry says';
COMMENT ON COLUMN library.guardian.protection_flag IS 'As of a patron: held with its days against a day by library.is_protected';
COMMENT ON COLUMN library.guardian.protected_from IS 'As of a patron';
COMMENT ON COLUMN library.guardian.protected_to IS 'As of a patron';
COMMENT ON COLUMN library.guardian.mobile IS 'Mobile number from the signed form';
COMMENT ON COLUMN library.guardian.landline IS 'Landline number from the signed form';
COMMENT ON COLUMN library.guardian.email IS 'E-mail address from the signed form';

CREATE TABLE library.guardian_link (
    link_number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    patron_number text NOT NULL REFERENCES library.patron ON DELETE CASCADE,
    guardian_id bigint REFERENCES library.guardian ON DELETE CASCADE,
    source text NOT NULL CHECK (source IN ('registry', 'enrolled')),
    kind text CHECK (kind IN ('mother', 'father', 'other holder', 'unknown holder')),
    valid_from date,
    valid_to date,
    confirmed boolean,
    signed_on date,
    UNIQUE NULLS NOT DISTINCT (patron_number, guardian_id, source, kind, valid_from),
    CHECK (guardian_id IS NOT NULL OR kind = 'unknown holder'),
    CHECK (CASE source WHEN 'registry' THEN kind IS NOT NULL AND confirmed IS NULL AND signed_on IS NULL
                       WHEN 'enrolled' THEN guardian_id IS NOT NULL AND signed_on IS NOT NULL END)
);
CREATE INDEX guardian_link_guardian ON library.guardian_link (guardian_id);
COMMENT ON TABLE library.guardian_link IS 'A minor and a guardian: custody as the registry says, or a signed undertaking; ended links keep their dates';
COMMENT ON COLUMN library.guardian_link.link_number IS 'Number of the link';
COMMENT ON COLUMN library.guardian_link.patron_number IS 'The minor';
COMMENT ON COLUMN library.guardian_link.guardian_id IS 'The guardian; null: a holder whom the registry does not name';
COMMENT ON COLUMN library.guardian_link.source IS 'registry: custody; enrolled: signed on paper at the library';
COMMENT ON COLUMN library.guardian_link.kind IS 'How the guardian holds custody; null: an enrolled one that custody does not confirm';
COMMENT ON COLUMN library.guardian_link.valid_from IS 'First day; null: always';
COMMENT ON COLUMN library.guardian_link.valid_to IS 'First day on which it is over; null: no end known';
COMMENT ON COLUMN library.guardian_link.confirmed IS 'An enrolled guardian holds custody today; null: not compared yet, and for a registry link';
COMMENT ON COLUMN library.guardian_link.signed_on IS 'The day the undertaking was signed; null for a registry link';


-- Borrowing ----------------------------------------------------------------------------------------------------------
-- A patron with a loan, a charge or a legal hold can't be deleted (no cascade there): retention removes these first.

CREATE TABLE library.loan (
    loan_number text PRIMARY KEY CHECK (loan_number <> ''),
    patron_number text NOT NULL REFERENCES library.patron,
    item_number text NOT NULL,
    title text,
    author text,
    lent_at timestamptz NOT NULL,
    due_on date,
    returned_at timestamptz,
    lost_at timestamptz
);
CREATE INDEX loan_patron ON library.loan (patron_number);
COMMENT ON TABLE library.loan IS 'Loans, current ones and those not yet forgotten';
COMMENT ON COLUMN library.loan.loan_number IS 'The library system''s number of the loan';
COMMENT ON COLUMN library.loan.patron_number IS 'Who borrowed';
COMMENT ON COLUMN library.loan.item_number IS 'What was borrowed';
COMMENT ON COLUMN library.loan.title IS 'Title of the material';
COMMENT ON COLUMN library.loan.author IS 'Author of the material';
COMMENT ON COLUMN library.loan.lent_at IS 'When it was lent';
COMMENT ON COLUMN library.loan.due_on IS 'The day it is due back';
COMMENT ON COLUMN library.loan.returned_at IS 'When it came back; null: not back';
COMMENT ON COLUMN library.loan.lost_at IS 'When it was declared lost; null: not lost';

CREATE TABLE library.reservation (
    reservation_number text PRIMARY KEY CHECK (reservation_number <> ''),
    patron_number text NOT NULL REFERENCES library.patron ON DELETE CASCADE,
    item_number text,
    title text,
    author text,
    reserved_at timestamptz NOT NULL,
    pickup_branch text REFERENCES library.branch,
    fulfilled_at timestamptz,
    deleted_at timestamptz
);
CREATE INDEX reservation_patron ON library.reservation (patron_number);
COMMENT ON TABLE library.reservation IS 'Reservations';
COMMENT ON COLUMN library.reservation.reservation_number IS 'The library system''s number of the reservation';
COMMENT ON COLUMN library.reservation.patron_number IS 'Who reserved';
COMMENT ON COLUMN library.reservation.item_number IS 'What was reserved, where it is one copy';
COMMENT ON COLUMN library.reservation.title IS 'Title of the material';
COMMENT ON COLUMN library.reservation.author IS 'Author of the material';
COMMENT ON COLUMN library.reservation.reserved_at IS 'When it was reserved';
COMMENT ON COLUMN library.reservation.pickup_branch IS 'Where it is to be picked up';
COMMENT ON COLUMN library.reservation.fulfilled_at IS 'When the material was lent to the patron; null: waiting';
COMMENT ON COLUMN library.reservation.deleted_at IS 'When it was cancelled; null: not cancelled';

CREATE TABLE library.charge (
    charge_number text PRIMARY KEY CHECK (charge_number <> ''),
    patron_number text NOT NULL REFERENCES library.patron,
    loan_number text REFERENCES library.loan ON DELETE SET NULL,
    kind text NOT NULL,
    amount numeric(12, 2) NOT NULL CHECK (amount >= 0),
    charged_at timestamptz NOT NULL
);
CREATE INDEX charge_patron ON library.charge (patron_number);
CREATE INDEX charge_loan ON library.charge (loan_number);
COMMENT ON TABLE library.charge IS 'Fees and bills';
COMMENT ON COLUMN library.charge.charge_number IS 'The library system''s number of the charge';
COMMENT ON COLUMN library.charge.patron_number IS 'Who owes';
COMMENT ON COLUMN library.charge.loan_number IS 'The loan that caused it; null: none, or already forgotten';
COMMENT ON COLUMN library.charge.kind IS 'Kind; lost item is the bill for a lost one';
COMMENT ON COLUMN library.charge.amount IS 'Kroner';
COMMENT ON COLUMN library.charge.charged_at IS 'When it was charged';

CREATE TABLE library.payment (
    payment_number text PRIMARY KEY CHECK (payment_number <> ''),
    charge_number text NOT NULL REFERENCES library.charge ON DELETE CASCADE,
    amount numeric(12, 2) NOT NULL,
    paid_at timestamptz NOT NULL
);
CREATE INDEX payment_charge ON library.payment (charge_number);
COMMENT ON TABLE library.payment IS 'Payments of charges, write-offs and refunds among them';
COMMENT ON COLUMN library.payment.payment_number IS 'The library system''s number of the payment';
COMMENT ON COLUMN library.payment.charge_number IS 'The charge paid';
COMMENT ON COLUMN library.payment.amount IS 'Kroner; below zero: a refund';
COMMENT ON COLUMN library.payment.paid_at IS 'When it was paid';

CREATE TABLE library.message (
    message_number text PRIMARY KEY CHECK (message_number <> ''),
    patron_number text NOT NULL REFERENCES library.patron ON DELETE CASCADE,
    channel text NOT NULL CHECK (channel IN ('sms', 'email')),
    kind text NOT NULL,
    sent_at timestamptz NOT NULL,
    loan_number text REFERENCES library.loan ON DELETE SET NULL,
    item_number text,
    title text,
    author text,
    text text
);
CREATE INDEX message_patron ON library.message (patron_number);
CREATE INDEX message_loan ON library.message (loan_number);
COMMENT ON TABLE library.message IS 'SMS and e-mails sent';
COMMENT ON COLUMN library.message.message_number IS 'The library system''s number of the message';
COMMENT ON COLUMN library.message.patron_number IS 'Who got it';
COMMENT ON COLUMN library.message.channel IS 'sms or email';
COMMENT ON COLUMN library.message.kind IS 'Kind of message';
COMMENT ON COLUMN library.message.sent_at IS 'When it was sent';
COMMENT ON COLUMN library.message.loan_number IS 'The loan it is about; null: none, forgotten, or redacted';
COMMENT ON COLUMN library.message.item_number IS 'The material it is about; null: none, or redacted';
COMMENT ON COLUMN library.message.title IS 'Title of the material; null: none, or redacted';
COMMENT ON COLUMN library.message.author IS 'Author of the material; null: none, or redacted';
COMMENT ON COLUMN library.message.text IS 'What was written; null: none, or redacted';

CREATE TABLE library.legal_hold (
    patron_number text NOT NULL REFERENCES library.patron,
    reason text NOT NULL CHECK (reason <> ''),
    placed_on date NOT NULL,
    lifted_on date CHECK (lifted_on >= placed_on),
    PRIMARY KEY (patron_number, reason, placed_on)
);
COMMENT ON TABLE library.legal_hold IS 'Legal holds: nothing of the patron is deleted while one lasts';
COMMENT ON COLUMN library.legal_hold.patron_number IS 'The patron';
COMMENT ON COLUMN library.legal_hold.reason IS 'Why';
COMMENT ON COLUMN library.legal_hold.placed_on IS 'First day';
COMMENT ON COLUMN library.legal_hold.lifted_on IS 'First free day; null: it lasts';


-- The worker's own ---------------------------------------------------------------------------------------------------

CREATE TABLE sync.instance (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    made_up boolean NOT NULL DEFAULT false,
    definitions text
);
INSERT INTO sync.instance DEFAULT VALUES;
COMMENT ON TABLE sync.instance IS 'What this database is; exactly one row';
COMMENT ON COLUMN sync.instance.one_row IS 'Always true: the key that allows one row';
COMMENT ON COLUMN sync.instance.made_up IS 'The patrons in here are made up: none but a loopback registry is ever asked about them';
COMMENT ON COLUMN sync.instance.definitions IS 'Digest of the re-creatable files (functions, views, grants) last applied';

-- Kept apart from library.patron, so that a look-up that changed nothing rewrites no patron row.
CREATE TABLE sync.patron_check (
    patron_number text PRIMARY KEY REFERENCES library.patron ON DELETE CASCADE,
    checked_at timestamptz,
    checked_on date,
    next_due date NOT NULL DEFAULT '-infinity',
    failed_before boolean NOT NULL DEFAULT false
);
CREATE INDEX patron_check_due ON sync.patron_check (failed_before, next_due, patron_number);
COMMENT ON TABLE sync.patron_check IS 'When each patron was last looked up and is next due; one row per patron, made by a trigger';
COMMENT ON COLUMN sync.patron_check.patron_number IS 'The patron';
COMMENT ON COLUMN sync.patron_check.checked_at IS 'When the registry last answered about the patron; null: never';
COMMENT ON COLUMN sync.patron_check.checked_on IS 'The run''s day at that time; null: never';
COMMENT ON COLUMN sync.patron_check.next_due IS 'The day the patron is due; -infinity: at once; infinity: never by schedule';
COMMENT ON COLUMN sync.patron_check.failed_before IS 'The registry was asked in vain the last time: this patron comes after the others';

CREATE FUNCTION sync.add_patron_checks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sync.patron_check (patron_number) SELECT patron_number FROM added ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION sync.add_patron_checks() IS 'Makes the sync.patron_check rows of the patrons that a statement added';
CREATE TRIGGER add_patron_checks AFTER INSERT ON library.patron
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION sync.add_patron_checks();

-- No key to library.patron: it would lock a patron row at each claim. It survives a crash of the server, so that the next
-- run can say how many look-ups of the one that was lost the access log may lack.
CREATE TABLE sync.claim (
    patron_number text PRIMARY KEY,
    claimant bigint NOT NULL,
    lease_until timestamptz NOT NULL
);
CREATE INDEX claim_claimant ON sync.claim (claimant);
COMMENT ON TABLE sync.claim IS 'Patrons that a worker is busy with; rows exist only while claimed';
COMMENT ON COLUMN sync.claim.patron_number IS 'The patron claimed';
COMMENT ON COLUMN sync.claim.claimant IS 'Whose claim: the second number of the session-level advisory lock that its owner holds; the claim falls when nobody holds it';
COMMENT ON COLUMN sync.claim.lease_until IS 'When the claim falls although its owner''s session lives (lost networks)';

CREATE TABLE sync.quarantine (
    quarantine_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    patron_number text NOT NULL REFERENCES library.patron ON DELETE CASCADE,
    reason text NOT NULL,
    detail text,
    since date NOT NULL,
    tries integer NOT NULL DEFAULT 1 CHECK (tries >= 1),
    closed_on date CHECK (closed_on >= since)
);
CREATE UNIQUE INDEX quarantine_open ON sync.quarantine (patron_number) WHERE closed_on IS NULL;
CREATE INDEX quarantine_patron ON sync.quarantine (patron_number);
COMMENT ON TABLE sync.quarantine IS 'Patrons whose answer could not be applied; one open row per patron (its next try is sync.patron_check.next_due)';
COMMENT ON COLUMN sync.quarantine.quarantine_id IS 'Number of the row';
COMMENT ON COLUMN sync.quarantine.patron_number IS 'The patron';
COMMENT ON COLUMN sync.quarantine.reason IS 'Reason, as docs/reference/rules.md lists them';
COMMENT ON COLUMN sync.quarantine.detail IS 'What in the answer, by element name or code; never a value';
COMMENT ON COLUMN sync.quarantine.since IS 'The run''s day on which it began';
COMMENT ON COLUMN sync.quarantine.tries IS 'Look-ups in a row that ended in it';
COMMENT ON COLUMN sync.quarantine.closed_on IS 'The day it ended; null: open';

CREATE TABLE sync.run (
    run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    flow text NOT NULL,
    prefect_flow_run_id uuid,
    today date NOT NULL,
    dry_run boolean NOT NULL DEFAULT false,
    parameters jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'running',
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    counts jsonb NOT NULL DEFAULT '{}',
    outcomes jsonb NOT NULL DEFAULT '{}',
    changes jsonb NOT NULL DEFAULT '{}',
    look_ups bigint NOT NULL DEFAULT 0,
    unlogged integer NOT NULL DEFAULT 0,
    database text,
    registry text,
    message text
);
CREATE INDEX run_prefect_flow_run ON sync.run (prefect_flow_run_id);
COMMENT ON TABLE sync.run IS 'One row per run of a flow; nothing personal in it';
COMMENT ON COLUMN sync.run.run_id IS 'Number of the run';
COMMENT ON COLUMN sync.run.flow IS 'Name of the flow';
COMMENT ON COLUMN sync.run.prefect_flow_run_id IS 'The flow run in Prefect; null: none';
COMMENT ON COLUMN sync.run.today IS 'The day the run was for';
COMMENT ON COLUMN sync.run.dry_run IS 'The run applied nothing';
COMMENT ON COLUMN sync.run.parameters IS 'What it was asked to do, without CPR numbers';
COMMENT ON COLUMN sync.run.state IS 'Where the run stands';
COMMENT ON COLUMN sync.run.started_at IS 'When it began';
COMMENT ON COLUMN sync.run.ended_at IS 'When it ended; null: it has not, or was killed';
COMMENT ON COLUMN sync.run.counts IS 'Patrons due, checked, first answers, changed, unchanged, quarantined, failed, left';
COMMENT ON COLUMN sync.run.outcomes IS 'Patrons per outcome';
COMMENT ON COLUMN sync.run.changes IS 'Events per kind';
COMMENT ON COLUMN sync.run.look_ups IS 'Questions put to the registry';
COMMENT ON COLUMN sync.run.unlogged IS 'Patrons the run had claimed when it was killed: if they were looked up, the access log does not have it';
COMMENT ON COLUMN sync.run.database IS 'Host of the database in use';
COMMENT ON COLUMN sync.run.registry IS 'Host of the registry in use';
COMMENT ON COLUMN sync.run.message IS 'Why it ended as it did, for people; null: nothing to say';

CREATE TABLE sync.batch (
    run_id bigint NOT NULL REFERENCES sync.run ON DELETE CASCADE,
    batch_number integer NOT NULL,
    patrons integer NOT NULL DEFAULT 0,
    checked integer NOT NULL DEFAULT 0,
    first_answers integer NOT NULL DEFAULT 0,
    changed integer NOT NULL DEFAULT 0,
    unchanged integer NOT NULL DEFAULT 0,
    quarantined integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    look_ups integer NOT NULL DEFAULT 0,
    shares jsonb NOT NULL DEFAULT '{}',
    seconds double precision,
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (run_id, batch_number)
);
COMMENT ON TABLE sync.batch IS 'One row per batch applied by a run, committed with what it applied';
COMMENT ON COLUMN sync.batch.run_id IS 'The run';
COMMENT ON COLUMN sync.batch.batch_number IS 'Number of the batch within the run, from 1';
COMMENT ON COLUMN sync.batch.patrons IS 'Patrons claimed';
COMMENT ON COLUMN sync.batch.checked IS 'Patrons whose answer was dealt with';
COMMENT ON COLUMN sync.batch.first_answers IS 'Of these: about whom the registry had not spoken before';
COMMENT ON COLUMN sync.batch.changed IS 'Of these: changed';
COMMENT ON COLUMN sync.batch.unchanged IS 'Of these: unchanged';
COMMENT ON COLUMN sync.batch.quarantined IS 'Of these: in quarantine';
COMMENT ON COLUMN sync.batch.failed IS 'Patrons who could not be asked or applied';
COMMENT ON COLUMN sync.batch.look_ups IS 'Questions put to the registry';
COMMENT ON COLUMN sync.batch.shares IS 'Answers per line of the plausibility rules, for the run''s shares so far';
COMMENT ON COLUMN sync.batch.seconds IS 'From claim to commit';
COMMENT ON COLUMN sync.batch.applied_at IS 'When its transaction began';

CREATE TABLE sync.approval (
    approval_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint NOT NULL REFERENCES sync.run ON DELETE CASCADE,
    flow text NOT NULL,
    rule text NOT NULL,
    counts jsonb NOT NULL DEFAULT '{}',
    held text[] NOT NULL DEFAULT '{}',
    asked_at timestamptz NOT NULL DEFAULT now(),
    word text CHECK (word IN ('apply', 'skip', 'abort')),
    answered_at timestamptz,
    answered_by text,
    CHECK ((word IS NULL) = (answered_at IS NULL))
);
CREATE UNIQUE INDEX approval_open ON sync.approval (run_id, rule) WHERE word IS NULL;
CREATE INDEX approval_run ON sync.approval (run_id);
COMMENT ON TABLE sync.approval IS 'Questions that a brake put to the operator, and the words given; read from here alone';
COMMENT ON COLUMN sync.approval.approval_id IS 'Number of the question';
COMMENT ON COLUMN sync.approval.run_id IS 'The run that waits';
COMMENT ON COLUMN sync.approval.flow IS 'Its flow';
COMMENT ON COLUMN sync.approval.rule IS 'The brake that holds';
COMMENT ON COLUMN sync.approval.counts IS 'The numbers that it rests on; nothing personal';
COMMENT ON COLUMN sync.approval.held IS 'Patron numbers of the batch that the brake holds back';
COMMENT ON COLUMN sync.approval.asked_at IS 'When it was asked';
COMMENT ON COLUMN sync.approval.word IS 'apply, skip or abort; null: no word yet';
COMMENT ON COLUMN sync.approval.answered_at IS 'When the word was given';
COMMENT ON COLUMN sync.approval.answered_by IS 'Who gave it';

-- By far the largest table: a partition a month (sync.ensure_access_partition makes them), what falls outside goes to
-- the default one. No keys to patrons, guardians or runs: a row outlives them.
CREATE TABLE sync.registry_access (
    patron_number text,
    guardian_id bigint,
    asked_at timestamptz NOT NULL,
    purpose text NOT NULL,
    run_id bigint,
    outcome text NOT NULL,
    CHECK (num_nonnulls(patron_number, guardian_id) = 1)
) PARTITION BY RANGE (asked_at);
CREATE TABLE sync.registry_access_default PARTITION OF sync.registry_access DEFAULT;
CREATE INDEX registry_access_patron ON sync.registry_access (patron_number, asked_at) WHERE patron_number IS NOT NULL;
CREATE INDEX registry_access_guardian ON sync.registry_access (guardian_id, asked_at) WHERE guardian_id IS NOT NULL;
COMMENT ON TABLE sync.registry_access_default IS 'Rows of months that have no partition of their own';
COMMENT ON TABLE sync.registry_access IS 'Every look-up in the registry: who was looked up, when and why (the person may ask for it)';
COMMENT ON COLUMN sync.registry_access.patron_number IS 'The patron looked up; null: a guardian was';
COMMENT ON COLUMN sync.registry_access.guardian_id IS 'The guardian looked up, one who is no patron; null: a patron was';
COMMENT ON COLUMN sync.registry_access.asked_at IS 'When';
COMMENT ON COLUMN sync.registry_access.purpose IS 'Why';
COMMENT ON COLUMN sync.registry_access.run_id IS 'The run that asked';
COMMENT ON COLUMN sync.registry_access.outcome IS 'What came of it, as a code';

CREATE TABLE sync.disclosure (
    disclosure_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    patron_number text NOT NULL,
    os_user text NOT NULL,
    db_user text NOT NULL DEFAULT session_user,
    at timestamptz NOT NULL DEFAULT now(),
    reason text NOT NULL CHECK (reason <> '')
);
CREATE INDEX disclosure_patron ON sync.disclosure (patron_number);
COMMENT ON TABLE sync.disclosure IS 'Each time that a protected patron''s name and address were shown to somebody';
COMMENT ON COLUMN sync.disclosure.disclosure_id IS 'Number of the row';
COMMENT ON COLUMN sync.disclosure.patron_number IS 'Whose';
COMMENT ON COLUMN sync.disclosure.os_user IS 'To whom: the operating system''s user';
COMMENT ON COLUMN sync.disclosure.db_user IS 'To whom: the database''s user';
COMMENT ON COLUMN sync.disclosure.at IS 'When';
COMMENT ON COLUMN sync.disclosure.reason IS 'Why, as that user wrote';

CREATE TABLE sync.change (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    patron_number text NOT NULL,
    kind text NOT NULL,
    fields text[] NOT NULL DEFAULT '{}',
    at timestamptz NOT NULL DEFAULT now(),
    run_id bigint
);
CREATE INDEX change_order ON sync.change (transaction_id, position);
COMMENT ON TABLE sync.change IS 'The change feed: one event per patron, kind and transaction; never a value';
COMMENT ON COLUMN sync.change.position IS 'Place in the feed';
COMMENT ON COLUMN sync.change.transaction_id IS 'The transaction that made it: a reader stops at the oldest one still open, so that a late commit is not missed';
COMMENT ON COLUMN sync.change.patron_number IS 'Whose change';
COMMENT ON COLUMN sync.change.kind IS 'Kind of event, as declared in mappers.events';
COMMENT ON COLUMN sync.change.fields IS 'Which fields changed';
COMMENT ON COLUMN sync.change.at IS 'When its transaction began';
COMMENT ON COLUMN sync.change.run_id IS 'The run that made it; null: no run';
