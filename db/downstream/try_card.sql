-- downstream.try_card(card_number, pin): tries a PIN on a card, for kiosks. downstream.card_answer(card_number, try_number): what
-- came of it, for who has committed the try. Each try counts as a wrong one until its answer has opened the card; five in a row
-- lock it for 15 minutes, whether or not there is such a card. A wrong card and a wrong PIN are answered alike.
-- One call could not do it: its caller may undo a try whose answer they have seen. So nothing that a try does, reads or writes
-- tells whether the PIN is right, but one truth value that its owner alone can read.
-- in: what the kiosk was shown and given; the number of the try
-- out: the try's number; one row: accepted, and of an accepted card the patron, and whether the patron is barred today,
--     locked_until (null: not locked); errors PK001 (the try is not committed), PK002 (no such try of this card: it was answered
--     already, or is a minute old)
CREATE OR REPLACE FUNCTION downstream.try_card(card_number text, pin text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    digest constant bytea := sha256(convert_to(coalesce(try_card.card_number, ''), 'UTF8'));
    moment constant timestamptz := clock_timestamp();
    tried sync.card_try;
    stored text;
    made uuid;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('patronsync card ' || encode(digest, 'hex'), 0)); -- one try at a time
    DELETE FROM sync.card_try AS one WHERE one.last_try < moment - interval '1 day';
    DELETE FROM sync.card_answer AS one WHERE one.at < moment - interval '1 minute';
    SELECT * INTO tried FROM sync.card_try AS one WHERE one.card_digest = digest;
    SELECT coalesce(kept.pin_hash, 'sha256$' || repeat('00', 16) || '$' || repeat('-', 64)) INTO stored
    FROM (SELECT) AS nobody
    LEFT JOIN library.patron_card AS card ON card.card_number = try_card.card_number
    LEFT JOIN library.card_pin AS kept ON kept.card_number = card.card_number;
    IF coalesce(tried.locked_until <= moment, true) THEN
        INSERT INTO sync.card_try AS one (card_digest, wrong_tries, last_try) VALUES (digest, 1, moment)
        ON CONFLICT (card_digest) DO UPDATE
        SET wrong_tries = CASE WHEN one.locked_until IS NULL THEN one.wrong_tries + 1 ELSE 1 END,
            last_try = moment,
            locked_until = CASE WHEN one.locked_until IS NULL AND one.wrong_tries >= 4 THEN moment + interval '15 minutes' END;
    END IF;
    INSERT INTO sync.card_answer (card_digest, at, opens)
    VALUES (digest, moment,
            coalesce(tried.locked_until <= moment, true) AND split_part(stored, '$', 1) = 'sha256' AND encode(sha256(
                decode(split_part(stored, '$', 2), 'hex') || convert_to(coalesce(try_card.pin, ''), 'UTF8')), 'hex')
                = split_part(stored, '$', 3))
    RETURNING try_number INTO made;
    RETURN made;
END
$$;
COMMENT ON FUNCTION downstream.try_card(text, text) IS 'Tries a PIN on a card; the number of the try. Commit it, then ask card_answer what came of it';

CREATE OR REPLACE FUNCTION downstream.card_answer(card_number text, try_number uuid)
RETURNS TABLE (accepted boolean, patron_number text, barred boolean, locked_until timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 1
AS $$
DECLARE
    digest constant bytea := sha256(convert_to(coalesce(card_answer.card_number, ''), 'UTF8'));
    answered sync.card_answer;
BEGIN
    DELETE FROM sync.card_answer AS one
    WHERE one.try_number = card_answer.try_number AND one.card_digest = digest
      AND one.at >= clock_timestamp() - interval '1 minute'
    RETURNING * INTO answered;
    IF answered.try_number IS NULL THEN
        RAISE EXCEPTION 'there is no such try of this card' USING ERRCODE = 'PK002', HINT = 'Each is answered once, and within a minute.';
    ELSIF answered.transaction_id = pg_current_xact_id() THEN
        RAISE EXCEPTION 'the try is not committed' USING ERRCODE = 'PK001', HINT = 'Commit it, then ask.';
    ELSIF answered.opens THEN
        DELETE FROM sync.card_try AS one WHERE one.card_digest = digest;
        RETURN QUERY
            SELECT true, patron.patron_number,
                   patron.gone_on IS NOT NULL OR patron.registry_status IS NOT DISTINCT FROM 90 OR EXISTS (
                       SELECT FROM library.block
                       WHERE block.patron_number = patron.patron_number AND block.since <= library.copenhagen_today()),
                   NULL::timestamptz
            FROM library.patron_card AS card JOIN library.patron USING (patron_number)
            WHERE card.card_number = card_answer.card_number;
    ELSE
        RETURN QUERY
            SELECT false, NULL::text, NULL::boolean, one.locked_until
            FROM (SELECT) AS nobody LEFT JOIN sync.card_try AS one ON one.card_digest = digest;
    END IF;
END
$$;
COMMENT ON FUNCTION downstream.card_answer(text, uuid) IS 'What came of a try that is committed: accepted, and of an accepted card the patron''s number and whether the patron is barred today. Five wrong tries in a row lock the number shown for 15 minutes (locked_until), card or no card';
