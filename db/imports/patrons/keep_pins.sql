-- A file without PINs leaves them alone: who gets another card goes on with the PIN of the old one.
-- In: import_work. Out: nothing.
SELECT sync.keep_pins(array_agg(patron_number), array_agg(card_number))
FROM import_work
WHERE 'card_number' = ANY (changed) AND card_number IS NOT NULL
HAVING count(*) > 0;
