-- Brings library.municipality to the list that mappers declares. A code that left the list stays: patrons may hold it.
-- in: codes, names and kinds, three arrays of one length   out: nothing
MERGE INTO library.municipality AS kept
USING unnest(%s::text[], %s::text[], %s::text[]) AS listed (code, name, kind) ON kept.code = listed.code
WHEN MATCHED AND (kept.name, kept.kind) IS DISTINCT FROM (listed.name, listed.kind)
    THEN UPDATE SET name = listed.name, kind = listed.kind
WHEN NOT MATCHED THEN INSERT (code, name, kind) VALUES (listed.code, listed.name, listed.kind)
