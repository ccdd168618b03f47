-- Locks the patrons who change or are gone, in one order, waiting for whoever has one of them locked.
-- In: import_work, import_gone. Out: how many were locked, and how many of these somebody has changed since they were compared.
SELECT count(*), count(*) FILTER (WHERE locked.xmin_now <> locked.seen)
FROM (
    SELECT patron.xmin AS xmin_now, work.seen
    FROM (
        SELECT patron_number, seen FROM import_work WHERE known
        UNION ALL SELECT patron_number, NULL::xid FROM import_gone
    ) AS work
    JOIN library.patron ON patron.patron_number = work.patron_number
    ORDER BY patron.patron_number
    FOR NO KEY UPDATE OF patron
) AS locked;
