-- Sets, changes and clears the hashes of PINs.
-- In: import_work. Out: nothing.
WITH gone AS (
    DELETE FROM library.card_pin AS pin USING import_work AS work
    WHERE pin.card_number = work.card_number AND work.pin_hash IS NULL AND 'pin' = ANY (work.changed)
)
INSERT INTO library.card_pin (card_number, pin_hash)
SELECT card_number, pin_hash
FROM import_work
WHERE pin_hash IS NOT NULL AND (NOT known OR changed && ARRAY['pin', 'card_number'])
ON CONFLICT (card_number) DO UPDATE SET pin_hash = excluded.pin_hash
    WHERE card_pin.pin_hash <> excluded.pin_hash;
