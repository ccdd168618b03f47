-- Rights that are others now, by what they are.
-- in: decided_right   out: outcome (a reason, or granted), rights
SELECT coalesce(reason, %(granted)s) AS outcome, count(*) AS rights FROM decided_right WHERE is_news GROUP BY 1 ORDER BY 1;
