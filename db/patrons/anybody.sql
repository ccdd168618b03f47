-- Whether the library has a patron at all.
-- in: nothing   out: anybody
SELECT EXISTS (SELECT FROM library.patron) AS anybody;
