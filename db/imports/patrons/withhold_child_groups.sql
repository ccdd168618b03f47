-- A child's group given to an adult is not taken: the set form of mappers.extracts.taking.withholds_group, held
-- against the birth date that the patron has once the file is loaded.
-- In: import_patron, child_groups, last_birth_date (who was born on that day or before is an adult), columns (of the
-- file). Out: group_withheld is set.
UPDATE import_patron AS staged SET group_withheld = true
FROM (
    SELECT child.line
    FROM import_patron AS child
    LEFT JOIN library.patron ON patron.patron_number = child.patron_number
    WHERE child.patron_group = ANY (%(child_groups)s)
      AND CASE WHEN patron.registry_status IS NULL AND 'birth_date' = ANY (%(columns)s) THEN child.birth_date::date
               ELSE patron.birth_date END <= %(last_birth_date)s
) AS adult
WHERE adult.line = staged.line;
