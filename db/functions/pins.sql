-- PINs of cards, for the worker, who may not read them: salts, whether a PIN is the stored one, and what is to be stored. They run
-- as their owner, who alone may read library.card_pin.
-- in: cards, and hashes as library.card_pin has them (null: no PIN), place by place
-- out: sync.pin_salts: the cards' salts in hexadecimal (of hashes by SHA-256 alone); sync.same_pins: the cards whose PIN, or lack
--     of one, is the given; sync.put_pins stores; sync.keep_pins and sync.put_kept_pins take a patron's PIN over to another card of
--     theirs while the old one goes, within a transaction
CREATE OR REPLACE FUNCTION sync.pin_salts(cards text[]) RETURNS TABLE (card_number text, salt text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT pin.card_number, split_part(pin.pin_hash, '$', 2) FROM library.card_pin AS pin
    WHERE pin.card_number = ANY (cards) AND pin.pin_hash LIKE 'sha256$%'
$$;
COMMENT ON FUNCTION sync.pin_salts(text[]) IS 'The salts of these cards'' PINs';

CREATE OR REPLACE FUNCTION sync.same_pins(cards text[], hashes text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT given.card_number
    FROM unnest(cards, hashes) AS given (card_number, pin_hash)
    LEFT JOIN library.card_pin AS pin ON pin.card_number = given.card_number
    WHERE pin.pin_hash IS NOT DISTINCT FROM given.pin_hash
$$;
COMMENT ON FUNCTION sync.same_pins(text[], text[]) IS 'Those of these cards whose PIN is the given one';

CREATE OR REPLACE FUNCTION sync.put_pins(cards text[], hashes text[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    DELETE FROM library.card_pin AS pin USING unnest(cards, hashes) AS given (card_number, pin_hash)
    WHERE pin.card_number = given.card_number AND given.pin_hash IS NULL;
    INSERT INTO library.card_pin (card_number, pin_hash)
    SELECT card_number, pin_hash FROM unnest(cards, hashes) AS given (card_number, pin_hash) WHERE pin_hash IS NOT NULL
    ON CONFLICT (card_number) DO UPDATE SET pin_hash = excluded.pin_hash WHERE card_pin.pin_hash <> excluded.pin_hash;
$$;
COMMENT ON FUNCTION sync.put_pins(text[], text[]) IS 'Stores, changes and clears the hashes of these cards'' PINs';

CREATE OR REPLACE FUNCTION sync.keep_pins(patrons text[], cards text[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO sync.moving_pin (card_number, pin_hash)
    SELECT DISTINCT ON (given.card_number) given.card_number, pin.pin_hash
    FROM unnest(patrons, cards) AS given (patron_number, card_number)
    JOIN library.patron_card AS card USING (patron_number)
    JOIN library.card_pin AS pin ON pin.card_number = card.card_number
    ORDER BY given.card_number, card.card_number = given.card_number DESC, card.card_number
$$;
COMMENT ON FUNCTION sync.keep_pins(text[], text[]) IS 'Keeps these patrons'' PINs for the cards that they get';

CREATE OR REPLACE FUNCTION sync.put_kept_pins() RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH moved AS (
        DELETE FROM sync.moving_pin WHERE transaction_id = pg_current_xact_id() RETURNING card_number, pin_hash
    )
    INSERT INTO library.card_pin (card_number, pin_hash) SELECT card_number, pin_hash FROM moved
    ON CONFLICT (card_number) DO UPDATE SET pin_hash = excluded.pin_hash WHERE card_pin.pin_hash <> excluded.pin_hash
$$;
COMMENT ON FUNCTION sync.put_kept_pins() IS 'Stores the PINs that this transaction has kept';
