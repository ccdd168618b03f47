-- The links that stand, the cases about guardians that are open, and how old the oldest custody is that links rest on.
-- in: kinds (of cases)   out: links, cases, oldest (day, null: none)
SELECT (SELECT count(*) FROM library.guardian_link WHERE NOT ended) AS links,
       (SELECT count(*) FROM library.staff_case WHERE closed_on IS NULL AND kind = ANY (%(kinds)s)) AS cases,
       (SELECT min(custody_on) FROM sync.patron_check WHERE custody_on IS NOT NULL) AS oldest;
