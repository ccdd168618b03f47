-- Who has other rights now, and to which services rights were granted and revoked: a bit a service, in their order. A right
-- that is refused when it is first decided is no event.
-- in: decided_right   out: told_patron is filled
INSERT INTO told_patron (patron_number, granted, revoked)
SELECT patron_number, bit_or(mark) FILTER (WHERE granted AND was_granted IS NOT TRUE),
       bit_or(mark) FILTER (WHERE was_granted AND NOT granted)
FROM decided_right WHERE is_news GROUP BY patron_number;
