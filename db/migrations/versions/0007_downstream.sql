-- What downstream systems need beside views: how far a consumer of the change feed has come, as snapshots of which
-- transactions had been committed; who wakes it; cards that were tried in vain.
-- In: a database at the revision before.   Out: columns of sync.consumer, sync.card_try, sync.moving_pin, a trigger on sync.change.

-- Consumers ----------------------------------------------------------------------------------------------------------

-- A transaction that began early may change a patron after one that began late, so neither the number of an event nor that
-- of its transaction says in which order both were committed. Snapshots do: what is read is what was committed between two
-- of them, in the order of the events' numbers (which is that of the changes, patron by patron: a patron's row is locked
-- while a change of it is open).
ALTER TABLE sync.consumer
    DROP COLUMN transaction_id,
    ADD COLUMN read_snapshot pg_snapshot NOT NULL DEFAULT '1:1:',
    ADD COLUMN reading_snapshot pg_snapshot,
    ADD COLUMN reading_after bigint,
    ADD COLUMN reading_to bigint,
    ADD COLUMN patrons_after text,
    ADD COLUMN registered_by text NOT NULL DEFAULT session_user,
    ADD COLUMN stopped_at timestamptz,
    ADD COLUMN stopped_position bigint,
    ADD COLUMN stopped_reason text,
    ADD CHECK (num_nonnulls(reading_snapshot, reading_after, reading_to) IN (0, 3)),
    ADD CHECK (num_nonnulls(stopped_at, stopped_position, stopped_reason) IN (0, 3));
COMMENT ON COLUMN sync.consumer.position IS 'Place of the last event that it has said it has read; null: none';
COMMENT ON COLUMN sync.consumer.read_snapshot IS 'What was committed by then it has read: an event stays until that holds of every living consumer';
COMMENT ON COLUMN sync.consumer.reading_snapshot IS 'It is reading what was committed between read_snapshot and then; null: it is at nothing';
COMMENT ON COLUMN sync.consumer.reading_after IS 'Of that it has read what stands up to this place';
COMMENT ON COLUMN sync.consumer.reading_to IS 'The last place of that';
COMMENT ON COLUMN sync.consumer.patrons_after IS 'It began with all patrons, and has been told of those up to this number; null: of all, or it began with none';
COMMENT ON COLUMN sync.consumer.registered_by IS 'The database role that registered it, and may read in its name';
COMMENT ON COLUMN sync.consumer.stopped_at IS 'When it stopped because an event could not be delivered; null: it has not';
COMMENT ON COLUMN sync.consumer.stopped_position IS 'Place of that event';
COMMENT ON COLUMN sync.consumer.stopped_reason IS 'Why, as a code; never what a receiver answered';

CREATE FUNCTION sync.wake_consumers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('patronsync_change', '');
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION sync.wake_consumers() IS 'Wakes whoever listens to patronsync_change, once the events are committed';
CREATE TRIGGER wake_consumers AFTER INSERT ON sync.change FOR EACH STATEMENT EXECUTE FUNCTION sync.wake_consumers();


-- Cards --------------------------------------------------------------------------------------------------------------

-- A card's number may be anything that a kiosk was shown, a CPR number too: its digest is kept, and not for long.
CREATE TABLE sync.card_try (
    card_digest bytea PRIMARY KEY,
    wrong_tries integer NOT NULL CHECK (wrong_tries >= 1),
    last_try timestamptz NOT NULL DEFAULT clock_timestamp(),
    locked_until timestamptz
);
CREATE INDEX card_try_last ON sync.card_try (last_try);
REVOKE ALL ON sync.card_try FROM PUBLIC;
COMMENT ON TABLE sync.card_try IS 'Cards that were tried at a kiosk, and numbers that are none; a row goes when the right PIN has opened the card, or a day after the last try';
COMMENT ON COLUMN sync.card_try.card_digest IS 'SHA-256 of the number that was shown';
COMMENT ON COLUMN sync.card_try.wrong_tries IS 'Tries in a row that have not opened it';
COMMENT ON COLUMN sync.card_try.last_try IS 'When the last one was';
COMMENT ON COLUMN sync.card_try.locked_until IS 'No PIN opens it before then; null: not locked';

-- A kiosk is told what came of a try once it is committed, or it could undo the wrong ones.
CREATE TABLE sync.card_answer (
    try_number uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    card_digest bytea NOT NULL,
    at timestamptz NOT NULL,
    opens boolean NOT NULL
);
REVOKE ALL ON sync.card_answer FROM PUBLIC;
COMMENT ON TABLE sync.card_answer IS 'Tries of a card at a kiosk that have not been answered; a row goes with the answer, or with the first try a minute later';
COMMENT ON COLUMN sync.card_answer.try_number IS 'What the kiosk asks by';
COMMENT ON COLUMN sync.card_answer.transaction_id IS 'The transaction that tried: another one is answered';
COMMENT ON COLUMN sync.card_answer.card_digest IS 'SHA-256 of the number that was shown';
COMMENT ON COLUMN sync.card_answer.at IS 'When it was tried';
COMMENT ON COLUMN sync.card_answer.opens IS 'The PIN was right, and the card not locked';

-- Whoever loads patrons may not read a PIN, and cannot hold one while it goes from a card to the next.
CREATE TABLE sync.moving_pin (
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    card_number text NOT NULL,
    pin_hash text NOT NULL,
    PRIMARY KEY (transaction_id, card_number)
);
REVOKE ALL ON sync.moving_pin FROM PUBLIC;
COMMENT ON TABLE sync.moving_pin IS 'Hashes of PINs on their way from a patron''s old card to the new one; rows exist only within a transaction';
COMMENT ON COLUMN sync.moving_pin.transaction_id IS 'The transaction that moves it';
COMMENT ON COLUMN sync.moving_pin.card_number IS 'The card that it goes to';
COMMENT ON COLUMN sync.moving_pin.pin_hash IS 'As library.card_pin has it';
