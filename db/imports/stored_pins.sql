-- The hashes that some cards have now.
-- In: card_numbers. Out: card_number, pin_hash.
SELECT card_number, pin_hash FROM library.card_pin WHERE card_number = ANY (%(card_numbers)s);
