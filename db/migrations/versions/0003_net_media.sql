-- What net media need: services, agreements with municipalities, each patron's right to each service, and what was
-- decided by, so that a run decides anew only where something may be another.
-- In: a database at 0002.   Out: library.net_media_service, net_media_agreement, net_media_right; sync.net_media_touched,
-- net_media_in_force, net_media_decided; triggers on library.patron and library.block.

-- Services and agreements --------------------------------------------------------------------------------------------

CREATE TABLE library.net_media_service (
    service text PRIMARY KEY CHECK (service <> ''),
    name text
);
COMMENT ON TABLE library.net_media_service IS 'Net-media services; one that a file of agreements mentions first is added by that load, and stays';
COMMENT ON COLUMN library.net_media_service.service IS 'The service as files of agreements write it';
COMMENT ON COLUMN library.net_media_service.name IS 'Name for people, where it is another';

-- Periods of one service and municipality do not overlap: the load of agreements refuses such a file.
CREATE TABLE library.net_media_agreement (
    service text NOT NULL REFERENCES library.net_media_service,
    municipality_code text NOT NULL CHECK (municipality_code ~ '^[0-9]{4}$'),
    valid_from date NOT NULL,
    valid_to date CHECK (valid_to >= valid_from),
    min_age integer CHECK (min_age BETWEEN 0 AND 150),
    max_age integer CHECK (max_age BETWEEN 0 AND 150),
    excluded_groups text[] NOT NULL DEFAULT '{}',
    grace_days integer NOT NULL DEFAULT 0 CHECK (grace_days BETWEEN 0 AND 9999),
    PRIMARY KEY (service, municipality_code, valid_from),
    CHECK (min_age <= max_age)
);
COMMENT ON TABLE library.net_media_agreement IS 'By which agreement the residents of a municipality may use a service; periods of one service and municipality do not overlap';
COMMENT ON COLUMN library.net_media_agreement.service IS 'The service';
COMMENT ON COLUMN library.net_media_agreement.municipality_code IS 'Whose residents, four digits';
COMMENT ON COLUMN library.net_media_agreement.valid_from IS 'First day';
COMMENT ON COLUMN library.net_media_agreement.valid_to IS 'Last day; null: no end';
COMMENT ON COLUMN library.net_media_agreement.min_age IS 'From the birthday on which a patron is so old; null: no limit';
COMMENT ON COLUMN library.net_media_agreement.max_age IS 'As long as a patron is so old, that year included; null: no limit';
COMMENT ON COLUMN library.net_media_agreement.excluded_groups IS 'Patron groups without a right';
COMMENT ON COLUMN library.net_media_agreement.grace_days IS 'Who moves out of the agreement keeps the right for so many days; 0: none';


-- Rights -------------------------------------------------------------------------------------------------------------

-- No keys to patron and service: the check of each row would take a lock on the patron's row for as long as the run's
-- transaction lasts. Nor does a trigger delete the rights of a patron who is deleted, who would then wait for the rows that a
-- run is at: it is noted, and the next run deletes them. Till then nobody is shown them: all who read go by the patron.
CREATE TABLE library.net_media_right (
    patron_number text NOT NULL,
    service text NOT NULL,
    granted boolean NOT NULL,
    reason text,
    since date NOT NULL,
    until date,
    municipality_code text,
    left_on date,
    PRIMARY KEY (patron_number, service),
    CHECK (granted OR (reason IS NOT NULL AND municipality_code IS NULL AND left_on IS NULL)),
    CHECK (NOT granted OR ((reason IS NULL) = (until IS NULL) AND municipality_code IS NOT NULL))
);
CREATE INDEX net_media_right_grace ON library.net_media_right (patron_number) WHERE until IS NOT NULL;
COMMENT ON TABLE library.net_media_right IS 'Whether a patron may use a net-media service, as the last run decided; a row for every patron and service';
COMMENT ON COLUMN library.net_media_right.patron_number IS 'The patron';
COMMENT ON COLUMN library.net_media_right.service IS 'The service';
COMMENT ON COLUMN library.net_media_right.granted IS 'The patron may use it';
COMMENT ON COLUMN library.net_media_right.reason IS 'Why not, or grace; null: granted without grace';
COMMENT ON COLUMN library.net_media_right.since IS 'The run''s day from which granted and reason are these';
COMMENT ON COLUMN library.net_media_right.until IS 'Last day of the grace; null: no grace';
COMMENT ON COLUMN library.net_media_right.municipality_code IS 'By whose agreement it is granted; null: it is not';
COMMENT ON COLUMN library.net_media_right.left_on IS 'The day it was learnt that the patron had moved out of that municipality; null: nobody knows of a move';


-- What the worker remembers ------------------------------------------------------------------------------------------

-- Rows are added and deleted, never updated, and there is no key: whoever changes a patron waits for nobody.
CREATE TABLE sync.net_media_touched (
    patron_number text NOT NULL,
    moved boolean NOT NULL DEFAULT false,
    deleted boolean NOT NULL DEFAULT false,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id()
);
COMMENT ON TABLE sync.net_media_touched IS 'Patrons of whom something has changed that rights to net media hang on, and who are not decided on yet; made by triggers';
COMMENT ON COLUMN sync.net_media_touched.patron_number IS 'The patron';
COMMENT ON COLUMN sync.net_media_touched.moved IS 'The municipality is another';
COMMENT ON COLUMN sync.net_media_touched.deleted IS 'The patron was deleted, and whoever has the number now is somebody else';
COMMENT ON COLUMN sync.net_media_touched.transaction_id IS 'The transaction that changed it: its event (sync.change) says by which run, and so on which day, a move was learnt';

CREATE TABLE sync.net_media_in_force (
    service text NOT NULL,
    municipality_code text NOT NULL,
    min_age integer,
    max_age integer,
    excluded_groups text[] NOT NULL,
    grace_days integer NOT NULL,
    PRIMARY KEY (service, municipality_code)
);
COMMENT ON TABLE sync.net_media_in_force IS 'The agreements in force when rights were last decided: where one is another now, its municipality is decided anew';
COMMENT ON COLUMN sync.net_media_in_force.service IS 'The service';
COMMENT ON COLUMN sync.net_media_in_force.municipality_code IS 'Whose residents';
COMMENT ON COLUMN sync.net_media_in_force.min_age IS 'As of the agreement';
COMMENT ON COLUMN sync.net_media_in_force.max_age IS 'As of the agreement';
COMMENT ON COLUMN sync.net_media_in_force.excluded_groups IS 'As of the agreement';
COMMENT ON COLUMN sync.net_media_in_force.grace_days IS 'As of the agreement';

CREATE TABLE sync.net_media_decided (
    service text PRIMARY KEY,
    day date NOT NULL,
    not_barring text[] NOT NULL
);
COMMENT ON TABLE sync.net_media_decided IS 'By which day, and by which blocks, rights to each service were last decided; no row: never, or an operator has left it out since';
COMMENT ON COLUMN sync.net_media_decided.service IS 'The service';
COMMENT ON COLUMN sync.net_media_decided.day IS 'The run''s day';
COMMENT ON COLUMN sync.net_media_decided.not_barring IS 'Reasons of blocks that did not bar';

CREATE FUNCTION sync.touch_patrons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sync.net_media_touched (patron_number) SELECT patron_number FROM touched;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION sync.touch_patrons() IS 'Notes whose rights to net media must be decided: patrons added, and whose blocks are others';

-- What was and what is are held against each other by set operations: a statement of a trigger is planned once a session,
-- and a join that was planned for an update that met no row takes hours for a million.
CREATE FUNCTION sync.touch_changed_patrons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sync.net_media_touched (patron_number, moved)
    SELECT patron_number, bool_or(moved)
    FROM (
        SELECT patron_number, false AS moved
        FROM (
            SELECT patron_number, municipality_code, registry_status, birth_date, patron_group FROM after
            EXCEPT SELECT patron_number, municipality_code, registry_status, birth_date, patron_group FROM before
        ) AS changed
        UNION ALL
        SELECT patron_number, true
        FROM (
            SELECT patron_number, municipality_code FROM after EXCEPT SELECT patron_number, municipality_code FROM before
        ) AS moved
    ) AS touched
    GROUP BY patron_number;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION sync.touch_changed_patrons() IS 'Notes whose rights to net media must be decided: patrons of whom something is another that they hang on';

CREATE FUNCTION sync.touch_deleted_patrons() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sync.net_media_touched (patron_number, deleted) SELECT patron_number, true FROM touched;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION sync.touch_deleted_patrons() IS 'Notes whose rights to net media must be deleted by the next run';

CREATE TRIGGER touch_added AFTER INSERT ON library.patron
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION sync.touch_patrons();
CREATE TRIGGER touch_changed AFTER UPDATE ON library.patron
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION sync.touch_changed_patrons();
CREATE TRIGGER touch_deleted AFTER DELETE ON library.patron
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION sync.touch_deleted_patrons();
CREATE TRIGGER touch_blocked AFTER INSERT ON library.block
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION sync.touch_patrons();
CREATE TRIGGER touch_changed AFTER UPDATE ON library.block
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION sync.touch_patrons();
CREATE TRIGGER touch_lifted AFTER DELETE ON library.block
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION sync.touch_patrons();


-- Downstream ---------------------------------------------------------------------------------------------------------

CREATE SCHEMA IF NOT EXISTS downstream;
COMMENT ON SCHEMA downstream IS 'What other systems read: views alone';
