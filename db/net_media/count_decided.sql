-- What the run is about to change.
-- in: decided_right   out: service, granted, was_granted (false: for the first time), reason, is_news, rights
SELECT service, granted, coalesce(was_granted, false) AS was_granted, reason, is_news, count(*) AS rights
FROM decided_right GROUP BY 1, 2, 3, 4, 5;
