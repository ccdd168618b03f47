-- A patron who has a line already: the first one that can be read is loaded, the others are rejects.
-- In: import_patron. Out: these lines leave it for import_reject.
WITH first_line AS (
    SELECT patron_number, min(line) AS line FROM import_patron GROUP BY patron_number HAVING count(*) > 1
), second_line AS (
    DELETE FROM import_patron AS staged USING first_line
    WHERE staged.patron_number = first_line.patron_number AND staged.line > first_line.line
    RETURNING staged.line, staged.patron_number, first_line.line AS first
)
INSERT INTO import_reject (line, key, column_name, fault, other)
SELECT line, patron_number, 'patron_number', 'second line', first::text FROM second_line;
