-- The access log's partitions for this month and the next, so that no row falls into the default one.
-- in: nothing   out: made, two rows
SELECT sync.ensure_access_partition(((now() AT TIME ZONE 'UTC')::date + make_interval(months => months))::date) AS made
FROM generate_series(0, 1) AS months;
