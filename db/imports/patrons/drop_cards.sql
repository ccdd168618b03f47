-- Takes away the cards that the file no longer has (a lost card lends nothing), their PINs with them.
-- In: import_work. Out: nothing.
DELETE FROM library.patron_card AS card USING import_work AS work
WHERE card.patron_number = work.patron_number
  AND 'card_number' = ANY (work.changed)
  AND card.card_number IS DISTINCT FROM work.card_number;
