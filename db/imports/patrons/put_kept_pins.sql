-- Gives the cards that have come the PINs that were kept for them.
-- In: nothing. Out: nothing.
SELECT sync.put_kept_pins();
