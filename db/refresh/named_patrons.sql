-- Which of the named patrons there are, and whether the registry may be asked about them.
-- in: numbers   out: patron_number, askable
SELECT patron.patron_number, askable.patron_number IS NOT NULL AS askable
FROM library.patron AS patron
LEFT JOIN sync.askable AS askable USING (patron_number)
WHERE patron.patron_number = ANY (%(numbers)s);
