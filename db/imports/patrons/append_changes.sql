-- One event per known patron and kind, with the fields that changed. Fields that belong to no kind make none.
-- In: import_work, fields and kinds (one kind per field, in the order of mappers.events), run_id.
-- Out: kind, number of events.
WITH told AS (
    SELECT field, kind, place FROM unnest(%(fields)s::text[], %(kinds)s::text[]) WITH ORDINALITY AS t (field, kind, place)
), appended AS (
    INSERT INTO sync.change (patron_number, kind, fields, run_id)
    SELECT work.patron_number, told.kind, array_agg(told.field ORDER BY told.place), %(run_id)s
    FROM import_work AS work
    CROSS JOIN LATERAL unnest(work.changed) AS change (field)
    JOIN told USING (field)
    GROUP BY work.line, work.patron_number, told.kind
    ORDER BY work.line, min(told.place)
    RETURNING kind
)
SELECT kind, count(*) FROM appended GROUP BY kind;
