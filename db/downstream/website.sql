-- What patrons may change on the website: absence periods, mobile number, e-mail, home branch. Each function holds what it
-- is given against the rules, changes it, and makes an event where something is another; nothing else may be written there.
-- in: the patron's number and what is to be   out: whether anything is another now; errors PW001 (no such patron, or one who is
--     dead or gone), PW002 (no such period), PW003 (another period overlaps), PW004 (no mobile number), PW005 (no e-mail
--     address), PW006 (no such branch), PW007 (not READ COMMITTED); no message holds what was given

CREATE OR REPLACE FUNCTION sync.lock_own_patron(number text) RETURNS library.patron
LANGUAGE plpgsql AS $$
DECLARE
    found library.patron;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN -- what was changed before the lock would not be seen
        RAISE EXCEPTION 'the transaction must be READ COMMITTED' USING ERRCODE = 'PW007';
    END IF;
    SELECT * INTO found FROM library.patron WHERE patron_number = number FOR NO KEY UPDATE;
    IF found.patron_number IS NULL OR found.gone_on IS NOT NULL OR found.registry_status IS NOT DISTINCT FROM 90
       OR EXISTS (SELECT FROM library.block WHERE patron_number = number AND reason = 'deceased') THEN
        RAISE EXCEPTION 'there is no such patron' USING ERRCODE = 'PW001';
    END IF;
    RETURN found;
END
$$;
COMMENT ON FUNCTION sync.lock_own_patron(text) IS 'Locks a patron who changes something on the website';

CREATE OR REPLACE FUNCTION sync.tell_own_change(number text, what text, field text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE sync.change AS told SET fields = array_append(array_remove(told.fields, field), field)
    WHERE told.transaction_id = pg_current_xact_id() AND told.patron_number = number AND told.kind = what;
    IF NOT FOUND THEN
        INSERT INTO sync.change (patron_number, kind, fields) VALUES (number, what, ARRAY[field]);
    END IF;
END
$$;
COMMENT ON FUNCTION sync.tell_own_change(text, text, text) IS 'Tells what a patron changed on the website: one event per kind and transaction, however many calls';

CREATE OR REPLACE FUNCTION downstream.set_absence(patron_number text, absent_from date, absent_to date DEFAULT NULL)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    today constant date := library.copenhagen_today();
BEGIN
    PERFORM sync.lock_own_patron(set_absence.patron_number);
    IF set_absence.absent_from IS NULL OR NOT isfinite(set_absence.absent_from) OR set_absence.absent_to < today
       OR set_absence.absent_to < set_absence.absent_from OR NOT isfinite(coalesce(set_absence.absent_to, today))
       OR greatest(set_absence.absent_from, set_absence.absent_to) > date '9999-12-31'
       OR (set_absence.absent_from < today AND NOT EXISTS (
           SELECT FROM library.absence AS held
           WHERE held.patron_number = set_absence.patron_number AND held.absent_from = set_absence.absent_from)) THEN
        RAISE EXCEPTION 'an absence begins today or later, and ends then or later' USING ERRCODE = 'PW002';
    END IF;
    IF EXISTS (
        SELECT FROM library.absence AS held
        WHERE held.patron_number = set_absence.patron_number AND held.absent_from <> set_absence.absent_from
          AND held.absent_from <= coalesce(set_absence.absent_to, 'infinity')
          AND coalesce(held.absent_to, 'infinity') >= set_absence.absent_from) THEN
        RAISE EXCEPTION 'another absence overlaps' USING ERRCODE = 'PW003';
    END IF;
    INSERT INTO library.absence AS held (patron_number, absent_from, absent_to)
    VALUES (set_absence.patron_number, set_absence.absent_from, set_absence.absent_to)
    ON CONFLICT ON CONSTRAINT absence_pkey DO UPDATE SET absent_to = excluded.absent_to
        WHERE held.absent_to IS DISTINCT FROM excluded.absent_to;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM sync.tell_own_change(set_absence.patron_number, 'patron.absence', 'absence');
    RETURN true;
END
$$;
COMMENT ON FUNCTION downstream.set_absence(text, date, date) IS 'Sets an absence period, or moves its last day (null: until further notice); true: something is another now';

CREATE OR REPLACE FUNCTION downstream.clear_absence(patron_number text, absent_from date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM sync.lock_own_patron(clear_absence.patron_number);
    DELETE FROM library.absence AS held
    WHERE held.patron_number = clear_absence.patron_number AND held.absent_from = clear_absence.absent_from;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM sync.tell_own_change(clear_absence.patron_number, 'patron.absence', 'absence');
    RETURN true;
END
$$;
COMMENT ON FUNCTION downstream.clear_absence(text, date) IS 'Takes an absence period back, by its first day; true: there was one';

CREATE OR REPLACE FUNCTION downstream.set_mobile(patron_number text, mobile text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted constant text := replace(set_mobile.mobile, ' ', '');
BEGIN
    PERFORM sync.lock_own_patron(set_mobile.patron_number);
    IF wanted !~ '^([+]|00)?[0-9]{8,15}$' THEN
        RAISE EXCEPTION 'a mobile number is 8 to 15 digits, with a country''s + or 00 or without' USING ERRCODE = 'PW004';
    END IF;
    IF ARRAY(SELECT phone.number FROM library.patron_phone AS phone
             WHERE phone.patron_number = set_mobile.patron_number AND phone.kind = 'mobile')
       = array_remove(ARRAY[wanted], NULL) THEN
        RETURN false;
    END IF;
    DELETE FROM library.patron_phone AS phone
    WHERE phone.patron_number = set_mobile.patron_number AND phone.kind = 'mobile';
    INSERT INTO library.patron_phone (patron_number, kind, number)
    SELECT set_mobile.patron_number, 'mobile', wanted WHERE wanted IS NOT NULL;
    PERFORM sync.tell_own_change(set_mobile.patron_number, 'patron.contact', 'mobile');
    RETURN true;
END
$$;
COMMENT ON FUNCTION downstream.set_mobile(text, text) IS 'Sets the one mobile number in place of those there are (null: none); true: something is another now';

CREATE OR REPLACE FUNCTION downstream.set_email(patron_number text, email text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM sync.lock_own_patron(set_email.patron_number);
    IF set_email.email !~ '^[^][@[:space:][:cntrl:]<>(),;:"\\]{1,64}@([^][@[:space:][:cntrl:]<>(),;:"\\.]+[.])+[^][@[:space:][:cntrl:]<>(),;:"\\.]+$'
       OR length(set_email.email) > 254 THEN
        RAISE EXCEPTION 'an e-mail address is a name, an @ and a domain' USING ERRCODE = 'PW005';
    END IF;
    UPDATE library.patron AS one SET email = set_email.email
    WHERE one.patron_number = set_email.patron_number AND one.email IS DISTINCT FROM set_email.email;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM sync.tell_own_change(set_email.patron_number, 'patron.contact', 'email');
    RETURN true;
END
$$;
COMMENT ON FUNCTION downstream.set_email(text, text) IS 'Sets the e-mail address (null: none); true: something is another now';

CREATE OR REPLACE FUNCTION downstream.set_home_branch(patron_number text, branch text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM sync.lock_own_patron(set_home_branch.patron_number);
    IF NOT EXISTS (SELECT FROM library.branch AS one WHERE one.branch = set_home_branch.branch) THEN
        RAISE EXCEPTION 'there is no such branch' USING ERRCODE = 'PW006';
    END IF;
    UPDATE library.patron AS one SET home_branch = set_home_branch.branch
    WHERE one.patron_number = set_home_branch.patron_number AND one.home_branch IS DISTINCT FROM set_home_branch.branch;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM sync.tell_own_change(set_home_branch.patron_number, 'patron.branch', 'home_branch');
    RETURN true;
END
$$;
COMMENT ON FUNCTION downstream.set_home_branch(text, text) IS 'Sets the home branch; true: something is another now';
