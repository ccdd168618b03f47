-- The messages that the patron was sent.
-- in: number   out: the columns of library.message
SELECT * FROM library.message WHERE patron_number = %(number)s ORDER BY sent_at, message_number;
