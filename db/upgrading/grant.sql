-- Gives each role of the server what it may do in this database, and takes from it whatever else it had. Roles that are not
-- there are passed over.
-- in: nothing   out: nothing
DO $$
DECLARE
    feed constant text := 'EXECUTE ON FUNCTION downstream.register_consumer(text, text), downstream.forget_consumer(text), '
        'downstream.list_consumers(), downstream.hold_consumer(text), downstream.next_patrons(text, integer), '
        'downstream.commit_patrons(text, text), downstream.next_changes(text, integer), '
        'downstream.changes_past(text, bigint, integer), downstream.commit_position(text, bigint), '
        'downstream.stop_consumer(text, bigint, text), downstream.skip_change(text)';
    granted record;
BEGIN
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA sync, downstream FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION downstream.sees_protected() TO PUBLIC;
    FOR granted IN
        SELECT rolname, what, place
        FROM (VALUES
            ('patronsync_worker', ARRAY[
                'USAGE ON SCHEMA library, sync, downstream',
                'SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA library, sync',
                'SELECT ON ALL TABLES IN SCHEMA downstream',
                'EXECUTE ON ALL FUNCTIONS IN SCHEMA library, sync, downstream']),
            ('patronsync_staff', ARRAY[
                'USAGE ON SCHEMA downstream',
                'SELECT ON downstream.contract, downstream.patron, downstream.guardian_of, downstream.net_media_right, downstream.block, downstream.contact, downstream.absence, downstream.change, downstream.staff_note, downstream.staff_case',
                feed]),
            ('patronsync_website', ARRAY[
                'USAGE ON SCHEMA downstream',
                'SELECT ON downstream.contract, downstream.patron, downstream.guardian_of, downstream.net_media_right, downstream.block, downstream.contact, downstream.absence, downstream.change',
                feed,
                'EXECUTE ON FUNCTION downstream.set_absence(text, date, date), downstream.clear_absence(text, date), downstream.set_mobile(text, text), downstream.set_email(text, text), downstream.set_home_branch(text, text)']),
            ('patronsync_kiosk', ARRAY[
                'USAGE ON SCHEMA downstream',
                'SELECT ON downstream.contract',
                'EXECUTE ON FUNCTION downstream.try_card(text, text), downstream.card_answer(text, uuid)']),
            ('patronsync_net_media', ARRAY[
                'USAGE ON SCHEMA downstream',
                'SELECT ON downstream.contract, downstream.net_media_right, downstream.change',
                feed]),
            ('patronsync_messages', ARRAY[
                'USAGE ON SCHEMA downstream',
                'SELECT ON downstream.contract, downstream.contact, downstream.absence, downstream.change',
                feed]),
            ('patronsync_statistics', ARRAY[
                'USAGE ON SCHEMA downstream',
                'SELECT ON downstream.contract, downstream.municipality_statistics, downstream.municipality_totals'])
        ) AS given (role, whats)
        JOIN pg_roles ON rolname = role
        CROSS JOIN LATERAL unnest(whats) WITH ORDINALITY AS one (what, place)
        ORDER BY rolname, place
    LOOP
        IF granted.place = 1 THEN
            EXECUTE 'REVOKE ALL ON SCHEMA library, sync, downstream FROM ' || quote_ident(granted.rolname);
            EXECUTE 'REVOKE ALL ON ALL TABLES IN SCHEMA library, sync, downstream FROM ' || quote_ident(granted.rolname);
            EXECUTE 'REVOKE ALL ON ALL FUNCTIONS IN SCHEMA library, sync, downstream FROM ' || quote_ident(granted.rolname);
        END IF;
        EXECUTE 'GRANT ' || granted.what || ' TO ' || quote_ident(granted.rolname);
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'patronsync_worker') THEN
        REVOKE INSERT, UPDATE, DELETE ON sync.alembic_version FROM patronsync_worker;
        REVOKE ALL ON library.card_pin, sync.card_try, sync.card_answer, sync.moving_pin FROM patronsync_worker;
    END IF;
END
$$
