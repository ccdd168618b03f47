-- The patron's cards; what opens them stands in another table, and is read by nobody. A health card's number is a CPR number.
-- in: number   out: card_number, is_cpr_number
SELECT card.card_number, EXISTS (
    SELECT FROM library.patron AS patron
    WHERE patron.patron_number = %(number)s AND patron.cpr_number = replace(card.card_number, '-', '')
    UNION ALL
    SELECT FROM library.former_cpr_number AS former
    WHERE former.patron_number = %(number)s AND former.cpr_number = replace(card.card_number, '-', '')
) AS is_cpr_number
FROM library.patron_card AS card
WHERE card.patron_number = %(number)s
ORDER BY card.card_number;
