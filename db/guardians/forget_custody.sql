-- Nothing more is kept of these children's custody (an answer that says something else is written next).
-- in: patron_numbers   out: nothing
DELETE FROM library.custody WHERE patron_number = ANY (%(patron_numbers)s);
