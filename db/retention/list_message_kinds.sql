-- The kinds of messages that have a text and nothing else that may name material, each found by one look into the index.
-- in: nothing   out: kind
WITH RECURSIVE kinds AS (
    SELECT min(kind) AS kind FROM library.message
    WHERE text IS NOT NULL AND num_nonnulls(loan_number, item_number, title, author) = 0
    UNION ALL
    SELECT (
        SELECT min(message.kind) FROM library.message
        WHERE text IS NOT NULL AND num_nonnulls(loan_number, item_number, title, author) = 0 AND message.kind > kinds.kind)
    FROM kinds WHERE kinds.kind IS NOT NULL
)
SELECT kind FROM kinds WHERE kind IS NOT NULL;
