-- A card that another patron has once the file is loaded: one in the database who does not give it up in this file, or
-- else an earlier line. Who is rejected keeps the cards of now, so whoever wanted one of these is a reject too.
-- In: import_patron. Out: these lines leave it for import_reject.
WITH RECURSIVE wanting AS MATERIALIZED (
    SELECT staged.line, staged.patron_number, staged.card_number
    FROM import_patron AS staged
    LEFT JOIN library.patron_card AS card
        ON card.card_number = staged.card_number AND card.patron_number = staged.patron_number
    WHERE staged.card_number IS NOT NULL AND card.card_number IS NULL
), first_wanting AS (
    SELECT card_number, (array_agg(patron_number ORDER BY line))[1] AS patron_number
    FROM wanting GROUP BY card_number HAVING count(*) > 1
), rejected AS (
    SELECT wanting.line, wanting.patron_number, card.patron_number AS other, true AS stored
    FROM wanting
    JOIN library.patron_card AS card ON card.card_number = wanting.card_number
    WHERE NOT EXISTS (
        SELECT FROM import_patron AS giving
        WHERE giving.patron_number = card.patron_number AND giving.card_number IS DISTINCT FROM card.card_number)
    UNION
    SELECT wanting.line, wanting.patron_number, first_wanting.patron_number, false
    FROM wanting
    JOIN first_wanting USING (card_number)
    WHERE wanting.patron_number <> first_wanting.patron_number
    UNION
    SELECT wanting.line, wanting.patron_number, rejected.patron_number, true
    FROM rejected
    JOIN library.patron_card AS card ON card.patron_number = rejected.patron_number
    JOIN wanting ON wanting.card_number = card.card_number
), gone AS (
    DELETE FROM import_patron AS staged USING rejected WHERE staged.line = rejected.line
)
INSERT INTO import_reject (line, key, column_name, fault, other)
SELECT DISTINCT ON (line) line, patron_number, 'card_number', 'card held', other
FROM rejected ORDER BY line, stored DESC, other;
