-- downstream.check_card(card_number, pin): whether a PIN is the card's, for kiosks. Five wrong tries in a row lock a card for 15
-- minutes, whether or not there is such a card; a wrong card and a wrong PIN are answered alike, and with the same work.
-- A try counts when it is committed: call it outside a transaction that may be rolled back.
-- in: what the kiosk was shown and given   out: one row: accepted; of an accepted card the patron, and whether the patron is
--     barred today; locked_until (null: not locked)
CREATE OR REPLACE FUNCTION downstream.check_card(card_number text, pin text)
RETURNS TABLE (accepted boolean, patron_number text, barred boolean, locked_until timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp ROWS 1
AS $$
DECLARE
    digest constant bytea := sha256(convert_to(coalesce(check_card.card_number, ''), 'UTF8'));
    moment constant timestamptz := clock_timestamp();
    tried sync.card_try;
    holder text;
    stored text;
    is_right boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('patronsync card ' || encode(digest, 'hex'), 0)); -- one try at a time
    SELECT * INTO tried FROM sync.card_try AS one WHERE one.card_digest = digest;
    SELECT card.patron_number, coalesce(kept.pin_hash, 'sha256$' || repeat('00', 16) || '$' || repeat('-', 64))
    INTO holder, stored
    FROM (SELECT) AS nobody
    LEFT JOIN library.patron_card AS card ON card.card_number = check_card.card_number
    LEFT JOIN library.card_pin AS kept ON kept.card_number = card.card_number;
    is_right := split_part(stored, '$', 1) = 'sha256' AND encode(sha256(
        decode(split_part(stored, '$', 2), 'hex') || convert_to(coalesce(check_card.pin, ''), 'UTF8')), 'hex')
        = split_part(stored, '$', 3);
    IF tried.locked_until > moment THEN
        RETURN QUERY SELECT false, NULL::text, NULL::boolean, tried.locked_until;
    ELSIF is_right THEN
        DELETE FROM sync.card_try AS one WHERE one.card_digest = digest;
        RETURN QUERY
            SELECT true, patron.patron_number,
                   patron.gone_on IS NOT NULL OR patron.registry_status IS NOT DISTINCT FROM 90 OR EXISTS (
                       SELECT FROM library.block
                       WHERE block.patron_number = patron.patron_number AND block.since <= library.copenhagen_today()),
                   NULL::timestamptz
            FROM library.patron AS patron WHERE patron.patron_number = holder;
    ELSE
        DELETE FROM sync.card_try AS one WHERE one.last_try < moment - interval '1 day';
        INSERT INTO sync.card_try AS one (card_digest, wrong_tries, last_try) VALUES (digest, 1, moment)
        ON CONFLICT (card_digest) DO UPDATE
        SET wrong_tries = CASE WHEN one.locked_until IS NULL THEN one.wrong_tries + 1 ELSE 1 END,
            last_try = moment,
            locked_until = CASE WHEN one.locked_until IS NULL AND one.wrong_tries >= 4 THEN moment + interval '15 minutes' END;
        RETURN QUERY
            SELECT false, NULL::text, NULL::boolean, one.locked_until FROM sync.card_try AS one WHERE one.card_digest = digest;
    END IF;
END
$$;
COMMENT ON FUNCTION downstream.check_card(text, text) IS 'Whether a PIN is the card''s: accepted, and of an accepted card the patron''s number and whether the patron is barred today. Five wrong tries in a row lock the number shown for 15 minutes (locked_until), card or no card. Call it in a transaction of its own, and commit it: a try counts when it is committed';
