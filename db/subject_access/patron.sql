-- The patron's own row, with the names of codes in it.
-- in: number   out: the columns of library.patron; patron_group_name, home_branch_name
SELECT patron.*, patron_group.name AS patron_group_name, branch.name AS home_branch_name
FROM library.patron AS patron
LEFT JOIN library.patron_group AS patron_group USING (patron_group)
LEFT JOIN library.branch AS branch ON branch.branch = patron.home_branch
WHERE patron.patron_number = %(number)s;
