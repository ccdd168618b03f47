-- Sets, changes and clears the hashes of PINs.
-- In: import_work. Out: nothing.
SELECT sync.put_pins(array_agg(card_number), array_agg(pin_hash))
FROM import_work
WHERE card_number IS NOT NULL
  AND CASE WHEN pin_hash IS NULL THEN 'pin' = ANY (changed)
           ELSE NOT known OR changed && ARRAY['pin', 'card_number'] END
HAVING count(*) > 0;
