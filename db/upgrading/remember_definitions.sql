-- Notes which re-creatable definitions were applied, and to which roles they were granted.
-- in: digest, roles (names)   out: nothing
UPDATE sync.instance SET definitions = concat_ws(' ', %(digest)s::text, (
    SELECT string_agg(rolname::text, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname = ANY (%(roles)s)))
