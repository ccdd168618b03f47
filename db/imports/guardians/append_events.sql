-- One event per child and kind: a guardian was linked, a guardian's link ended.
-- In: import_enrolment, linked and ended (the kinds, in the order of the feed), run_id. Out: kind, number of events.
WITH appended AS (
    INSERT INTO sync.change (patron_number, kind, run_id)
    SELECT work.patron_number, told.kind, %(run_id)s
    FROM import_enrolment AS work
    CROSS JOIN LATERAL (VALUES (1, %(linked)s, work.new_link), (2, %(ended)s, work.ended)) AS told (place, kind, so)
    WHERE told.so
    ORDER BY work.line, told.place
    RETURNING kind
)
SELECT kind, count(*) FROM appended GROUP BY kind;
