-- What the run is about to change, by service.
-- in: decided_right   out: service, granted, revoked
SELECT service, count(*) FILTER (WHERE granted) AS granted, count(*) FILTER (WHERE was_granted AND NOT granted) AS revoked
FROM decided_right WHERE granted IS DISTINCT FROM coalesce(was_granted, false) GROUP BY service;
