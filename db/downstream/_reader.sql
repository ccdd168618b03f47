-- downstream.sees_protected(): whether the reader may see names and addresses of the protected: a role that is patronsync_staff
-- or patronsync_worker, or is in one of them. An owner or a superuser who is in neither may not.
-- in: nothing; the role that asks   out: true or false
CREATE OR REPLACE FUNCTION downstream.sees_protected() RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE holding (id) AS (
        SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user
        UNION
        SELECT member.roleid FROM pg_catalog.pg_auth_members AS member JOIN holding ON holding.id = member.member
    )
    SELECT EXISTS (
        SELECT FROM holding JOIN pg_catalog.pg_roles AS held ON held.oid = holding.id
        WHERE held.rolname IN ('patronsync_staff', 'patronsync_worker'));
END;
COMMENT ON FUNCTION downstream.sees_protected() IS 'Whether the role that asks may see names and addresses of protected patrons';
