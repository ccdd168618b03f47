-- Who has come of age leaves a child's group, or none at all, for the adult one.
-- in: enlisted_child, adult_group, child_groups   out: patron_number of each who moved
UPDATE library.patron AS patron
SET patron_group = %(adult_group)s
FROM enlisted_child AS child
WHERE child.state = 'adult' AND patron.patron_number = child.patron_number
  AND (patron.patron_group IS NULL OR patron.patron_group = ANY (%(child_groups)s))
  AND patron.patron_group IS DISTINCT FROM %(adult_group)s
RETURNING patron.patron_number;
