-- sync.make_roles(names): makes the roles of the server that are missing. Where the caller may not, it lets it be.
-- in: names   out: how many were made
CREATE OR REPLACE FUNCTION sync.make_roles(names text[]) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    name text;
    made integer := 0;
BEGIN
    FOREACH name IN ARRAY names LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', name);
                made := made + 1;
            EXCEPTION -- another database of the server is being upgraded too; or the user may not
                WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
            END;
        END IF;
    END LOOP;
    RETURN made;
END
$$;
COMMENT ON FUNCTION sync.make_roles(text[]) IS 'Makes the roles that are missing, where the caller may';
