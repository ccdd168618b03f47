-- sync.caller(): who asks, seen from a function that runs as its owner: the role that was set, else the one that logged in.
-- sync.is_member(role, of_role): whether a role is, or is in, another; nobody is by being a superuser, or in a role that is not there.
-- in: nothing; names of two roles   out: a role's name; true or false
CREATE OR REPLACE FUNCTION sync.caller() RETURNS text
LANGUAGE sql STABLE
AS $$ SELECT coalesce(nullif(current_setting('role'), 'none'), session_user::text) $$;
COMMENT ON FUNCTION sync.caller() IS 'The role that was set, else the one that logged in';

CREATE OR REPLACE FUNCTION sync.is_member(role text, of_role text) RETURNS boolean
LANGUAGE sql STABLE
AS $$
    WITH RECURSIVE holding (id) AS (
        SELECT oid FROM pg_catalog.pg_roles WHERE rolname = role
        UNION
        SELECT member.roleid FROM pg_catalog.pg_auth_members AS member JOIN holding ON holding.id = member.member
    )
    SELECT EXISTS (SELECT FROM holding JOIN pg_catalog.pg_roles ON oid = id WHERE rolname = of_role)
$$;
COMMENT ON FUNCTION sync.is_member(text, text) IS 'Whether a role is another, or is in it';
