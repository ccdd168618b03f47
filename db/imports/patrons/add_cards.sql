-- Adds the cards that the file gives.
-- In: import_work. Out: nothing.
INSERT INTO library.patron_card (card_number, patron_number)
SELECT work.card_number, work.patron_number
FROM import_work AS work
WHERE work.card_number IS NOT NULL
  AND (NOT work.known OR 'card_number' = ANY (work.changed))
  AND NOT EXISTS (
      SELECT FROM library.patron_card AS card
      WHERE card.card_number = work.card_number AND card.patron_number = work.patron_number);
