-- Declares consumers dead that have not read for too long: events that they have not read go from now on.
-- in: today, dead_days   out: consumer, those that were alive until now
UPDATE sync.consumer SET dead_on = %(today)s
WHERE dead_on IS NULL AND (read_at AT TIME ZONE 'Europe/Copenhagen')::date + %(dead_days)s::integer <= %(today)s::date
RETURNING consumer;
