-- Services that a brake holds, or an operator skips: what was decided of them is not applied.
-- in: services   out: decided_right has nothing of them, left_patron has who would have other rights to them
WITH left_out AS (
    DELETE FROM decided_right WHERE service = ANY (%(services)s) RETURNING patron_number, is_news
)
INSERT INTO left_patron SELECT DISTINCT patron_number FROM left_out WHERE is_news;
