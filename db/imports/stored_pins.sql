-- The salts that the PINs of some cards are hashed with now.
-- In: card_numbers. Out: card_number, salt (hexadecimal).
SELECT card_number, salt FROM sync.pin_salts(%(card_numbers)s);
