-- All that runs ever counted: those that are on record, and those whose record is deleted.
-- in: nothing   out: name, flow, label, value
SELECT name, flow, label, sum(value) AS value
FROM (
    SELECT counted.name, run.flow, counted.label, counted.value
    FROM sync.run AS run CROSS JOIN LATERAL sync.run_totals(run) AS counted
    UNION ALL
    SELECT name, flow, label, value FROM sync.carried_total
) AS all_totals
GROUP BY name, flow, label
ORDER BY name, flow, label;
