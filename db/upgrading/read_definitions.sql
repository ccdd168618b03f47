-- Whether this database holds these re-creatable definitions, granted to the roles that the server has now.
-- in: digest, roles (names)   out: true, false or, before they were first applied, null
SELECT definitions = concat_ws(' ', %(digest)s::text, (
    SELECT string_agg(rolname::text, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname = ANY (%(roles)s)))
FROM sync.instance
