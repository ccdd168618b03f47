-- A file without PINs leaves them alone: who gets another card goes on with the PIN of the old one.
-- In: import_work. Out: pin_hash is set there.
UPDATE import_work AS work SET pin_hash = pin.pin_hash
FROM library.patron_card AS card
JOIN library.card_pin AS pin USING (card_number)
WHERE card.patron_number = work.patron_number
  AND 'card_number' = ANY (work.changed)
  AND work.card_number IS NOT NULL;
