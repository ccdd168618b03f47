-- How many rows a table has that a rule takes from: what the brake's share is of. Only the table that is asked for is read.
-- in: table   out: rows
SELECT count(*) AS rows FROM library.message WHERE %(table)s = 'library.message'
UNION ALL SELECT count(*) FROM library.reservation WHERE %(table)s = 'library.reservation'
UNION ALL SELECT count(*) FROM library.loan WHERE %(table)s = 'library.loan'
UNION ALL SELECT count(*) FROM library.charge WHERE %(table)s = 'library.charge'
UNION ALL SELECT count(*) FROM library.patron WHERE %(table)s = 'library.patron'
UNION ALL SELECT count(*) FROM library.guardian WHERE %(table)s = 'library.guardian'
UNION ALL SELECT count(*) FROM sync.registry_access WHERE %(table)s = 'sync.registry_access'
UNION ALL SELECT count(*) FROM sync.disclosure WHERE %(table)s = 'sync.disclosure'
UNION ALL SELECT count(*) FROM sync.change WHERE %(table)s = 'sync.change'
UNION ALL SELECT count(*) FROM sync.run WHERE %(table)s = 'sync.run'
UNION ALL SELECT count(*) FROM sync.quarantine WHERE %(table)s = 'sync.quarantine';
