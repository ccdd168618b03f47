-- Which of some roles the server has.
-- in: roles (names)   out: their names
SELECT rolname::text FROM pg_roles WHERE rolname = ANY (%(roles)s)
