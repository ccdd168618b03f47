-- The events that told other systems of the patron. No index leads to them: all events are read, which takes seconds.
-- in: number   out: at, kind, fields
SELECT at, kind, fields FROM sync.change WHERE patron_number = %(number)s ORDER BY position;
