-- Every child about whose guardians there is something to decide: of whom custody is kept, with a link that stands or a
-- case whose cause is not gone; and who is of age and still in a child's group.
-- in: today, child_groups, kinds (of cases), uncertain (the kind that outlives the birthday)   out: patron_number
SELECT patron_number FROM sync.patron_check WHERE custody_on IS NOT NULL
UNION
SELECT patron_number FROM library.guardian_link WHERE NOT ended
UNION
SELECT patron_number FROM library.staff_case
WHERE resolved_on IS NULL AND kind = ANY (%(kinds)s) AND (closed_on IS NULL OR kind <> %(uncertain)s)
UNION
SELECT patron_number FROM library.patron
WHERE patron_group = ANY (%(child_groups)s) AND birth_date_uncertain IS NOT TRUE
  AND library.comes_of_age(birth_date) <= %(today)s AND registry_status IS DISTINCT FROM 90
ORDER BY patron_number;
