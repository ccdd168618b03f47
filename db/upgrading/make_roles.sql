-- Makes the server's roles that are missing, where the user may.
-- in: roles (names)   out: how many were made
SELECT sync.make_roles(%(roles)s)
