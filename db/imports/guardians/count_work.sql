-- What the load does.
-- In: import_guardian, import_enrolment. Out: lines that are right, links added, lines that change something else,
-- forms not taken because a newer one is there.
SELECT (SELECT count(*) FROM import_guardian),
       count(*) FILTER (WHERE new_link),
       count(*) FILTER (WHERE NOT new_link),
       (SELECT count(*) FROM import_guardian WHERE standing = 'older')
FROM import_enrolment;
