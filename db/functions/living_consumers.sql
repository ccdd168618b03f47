-- sync.living_consumers(day, dead_days): consumers of the change feed for which events are kept: neither declared dead nor
-- about to be: the set form of mappers.retention.is_dead.
-- in: the day; after how many days without reading a consumer is dead   out: rows of sync.consumer
CREATE OR REPLACE FUNCTION sync.living_consumers(day date, dead_days integer) RETURNS SETOF sync.consumer
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT * FROM sync.consumer
    WHERE dead_on IS NULL AND (read_at AT TIME ZONE 'Europe/Copenhagen')::date + dead_days > day
$$;
COMMENT ON FUNCTION sync.living_consumers(date, integer) IS 'Consumers of the change feed for which events are kept';
