-- The events that told other systems of the patron. No index leads to them: all events are read, which takes seconds. Those that
-- tell of guardians are left away where one of them is protected, or may be: they would tell that there is one.
-- in: number, days (that protection is held against)   out: at, kind, fields
SELECT at, kind, fields
FROM sync.change
WHERE patron_number = %(number)s
  AND (NOT starts_with(kind, 'guardian.') OR NOT EXISTS (
      SELECT FROM library.guardian_link AS link
      WHERE link.patron_number = %(number)s AND link.guardian_id IS NOT NULL
        AND NOT sync.may_be_told_of(NULL, link.guardian_id, %(days)s)))
ORDER BY position;
