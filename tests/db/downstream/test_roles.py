"""Who may do what: each role tries each table, view and function."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from db.connect import Connection, connect
from db.roles import KIOSK, MESSAGES, NAMES, NET_MEDIA, ROLES, STAFF, STATISTICS, WEBSITE, WORKER, missing_roles
from db.upgrade import is_current, migrate

FEED = {
    *("register_consumer", "forget_consumer", "list_consumers", "hold_consumer", "stop_consumer", "skip_change"),
    *("next_patrons", "commit_patrons", "next_changes", "changes_past", "commit_position"),
}
OWN_DATA = {"set_absence", "clear_absence", "set_mobile", "set_email", "set_home_branch"}
CARDS = {"try_card", "card_answer"}
PATRONS = {"patron", "guardian_of", "net_media_right", "block", "contact", "absence", "change"}
COUNTS = {"municipality_statistics", "municipality_totals"}

#           role             may read in downstream                            may call in downstream
ALLOWED: dict[str, tuple[set[str], set[str]]] = {
    WORKER.name: (PATRONS | COUNTS | {"contract", "staff_note", "staff_case"}, FEED | OWN_DATA | CARDS),
    STAFF.name: (PATRONS | {"contract", "staff_note", "staff_case"}, FEED),
    WEBSITE.name: (PATRONS | {"contract"}, FEED | OWN_DATA),
    KIOSK.name: ({"contract"}, CARDS),
    NET_MEDIA.name: ({"contract", "net_media_right", "change"}, FEED),
    MESSAGES.name: ({"contract", "contact", "absence", "change"}, FEED),
    STATISTICS.name: (COUNTS | {"contract"}, set()),
}
"""Besides, everybody may ask `sees_protected`; the worker may do all with tables, but for `NOBODYS`."""

NOBODYS = {"library.card_pin", "sync.card_try", "sync.card_answer", "sync.moving_pin"}
"""Tables that their owner alone reads and writes."""


def tables(connection: Connection) -> list[str]:
    """Every table of the library and of the worker."""
    rows = connection.execute(
        "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('library', 'sync')"
    )
    return sorted(name for (name,) in rows)


TRY = """
CREATE OR REPLACE FUNCTION pg_temp.may(role text, statement text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('role', role, true);
    EXECUTE statement;
    RAISE 'it is undone';
EXCEPTION
    WHEN insufficient_privilege THEN RETURN false;
    WHEN OTHERS THEN RETURN true; -- it was let in, and maybe refused what it was given
END
$$
"""


def may_each(connection: Connection, role: str, statements: list[str]) -> list[bool]:
    """Whether the role may do each: it is tried, and undone. Only a lack of rights is a no."""
    connection.execute(TRY)
    rows = connection.execute(
        "SELECT pg_temp.may(%s, statement) FROM unnest(%s::text[]) WITH ORDINALITY AS one (statement, place) "
        "ORDER BY place",
        [role, statements],
    )
    return [allowed for (allowed,) in rows]


def may(connection: Connection, role: str, statement: str) -> bool:
    """The same of one statement."""
    return may_each(connection, role, [statement])[0]


@pytest.mark.parametrize("role", NAMES)
def test_a_role_reads_the_views_that_it_needs_and_no_other_one(connection: Connection, role: str) -> None:
    rows = connection.execute("SELECT viewname FROM pg_views WHERE schemaname = 'downstream'").fetchall()
    views = {name for (name,) in rows}
    assert len(views) > 10
    names = sorted(views)
    tried = may_each(connection, role, [f"SELECT * FROM downstream.{view}" for view in names])
    assert {view for view, allowed in zip(names, tried, strict=True) if allowed} == ALLOWED[role][0]
    rows = connection.execute(
        "SELECT table_name FROM information_schema.role_table_grants "
        "WHERE grantee = %s AND table_schema = 'downstream' AND privilege_type <> 'SELECT'",
        [role],
    ).fetchall()
    assert rows == []


@pytest.mark.parametrize("role", NAMES)
def test_a_role_calls_the_functions_that_it_needs_and_no_other_one(connection: Connection, role: str) -> None:
    calls = connection.execute(
        """
        SELECT proname, 'SELECT downstream.' || proname || '('
            || coalesce(string_agg('NULL::' || type::regtype, ', ' ORDER BY place), '') || ')'
        FROM pg_proc LEFT JOIN LATERAL unnest(proargtypes) WITH ORDINALITY AS given (type, place) ON true
        WHERE pronamespace = 'downstream'::regnamespace GROUP BY pg_proc.oid, proname
        """
    ).fetchall()
    callable_ones = {name for name, call in calls if may(connection, role, call)}
    assert callable_ones == ALLOWED[role][1] | {"sees_protected"}
    rows = connection.execute(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'sync'::regnamespace "
        "AND has_function_privilege(%s, oid, 'EXECUTE')",
        [role],
    ).fetchall()
    assert bool(rows) == (role == WORKER.name)


@pytest.mark.parametrize("role", NAMES)
def test_nobody_but_the_worker_touches_a_table(connection: Connection, role: str) -> None:
    rows = connection.execute(
        "SELECT schemaname || '.' || tablename, attname FROM pg_tables JOIN pg_attribute "
        "ON attrelid = (schemaname || '.' || tablename)::regclass AND attnum = 1 "
        "WHERE schemaname IN ('library', 'sync')"
    ).fetchall()
    tries = [
        statement
        for table, column in rows
        for statement in (
            f"SELECT * FROM {table}",
            f"SELECT {column} FROM {table}",
            f"DELETE FROM {table}",
            f"UPDATE {table} SET {column} = NULL",
            f"INSERT INTO {table} DEFAULT VALUES",
        )
    ]
    tried = may_each(connection, role, tries)
    allowed = set()
    for number, (table, _) in enumerate(rows):
        outcomes = tried[5 * number : 5 * number + 5]
        if any(outcomes):
            allowed.add(table)
            assert all(outcomes) or table == "sync.alembic_version", table
    expected = set(tables(connection)) - NOBODYS if role == WORKER.name else set()
    assert allowed == expected


@pytest.mark.parametrize("role", [role.name for role in ROLES if role != WORKER])
def test_no_view_of_a_role_holds_a_cpr_number(connection: Connection, role: str) -> None:
    columns = connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = 'downstream' AND column_name ~ 'cpr'"
    ).fetchall()
    assert columns == []
    assert not may(connection, role, "SELECT cpr_number FROM library.patron")


@pytest.mark.parametrize("role", NAMES)
def test_no_role_makes_anything_or_logs_in(connection: Connection, role: str) -> None:
    for schema in ("library", "sync", "downstream"):
        assert not may(connection, role, f"CREATE TABLE {schema}.mine (i int)")
    rows = connection.execute(
        "SELECT rolcanlogin OR rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls "
        "FROM pg_roles WHERE rolname = %s",
        [role],
    ).fetchall()
    assert rows == [(False,)]


def test_functions_that_run_as_their_owner_look_names_up_nowhere_else(connection: Connection) -> None:
    rows = connection.execute(
        """
        SELECT oid::regprocedure::text FROM pg_proc
        WHERE prosecdef AND pronamespace IN ('library'::regnamespace, 'sync'::regnamespace, 'downstream'::regnamespace)
          AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false)
        """
    ).fetchall()
    assert rows == []


def test_functions_that_views_call_are_parsed_once_or_look_names_up_nowhere_else(connection: Connection) -> None:
    """Or a reader who may make functions of their own has theirs called: a `now()` before a protection begins."""
    rows = connection.execute(
        """
        WITH RECURSIVE called (id) AS (
            SELECT refobjid FROM pg_depend
            JOIN pg_rewrite ON pg_rewrite.oid = objid JOIN pg_class ON pg_class.oid = ev_class
            WHERE classid = 'pg_rewrite'::regclass AND refclassid = 'pg_proc'::regclass
              AND relnamespace IN ('library'::regnamespace, 'sync'::regnamespace, 'downstream'::regnamespace)
            UNION
            SELECT refobjid FROM called JOIN pg_depend ON objid = called.id
            WHERE classid = 'pg_proc'::regclass AND refclassid = 'pg_proc'::regclass
        )
        SELECT id::regprocedure::text, prosqlbody IS NOT NULL OR prosecdef FROM called JOIN pg_proc ON pg_proc.oid = id
        WHERE pronamespace IN ('library'::regnamespace, 'sync'::regnamespace, 'downstream'::regnamespace)
        """
    ).fetchall()
    assert len(rows) > 5
    assert [name for name, safe in rows if not safe] == []


def test_what_a_role_had_beside_that_is_taken_by_the_next_upgrade(connection: Connection, database_url: str) -> None:
    connection.execute("GRANT SELECT ON library.patron TO patronsync_kiosk")
    connection.execute("UPDATE sync.instance SET definitions = 'older'")
    connection.commit()
    migrate(database_url)
    assert not may(connection, KIOSK.name, "SELECT * FROM library.patron")


@pytest.fixture
def as_plain_owner(empty_database_url: str, connection: Connection) -> Callable[[], str]:
    """URL of an empty database as an owner who is no superuser and may not make roles."""
    name = empty_database_url.partition("?")[0].rpartition("/")[2]
    with connect(empty_database_url, autocommit=True) as admin:
        if admin.execute("SELECT FROM pg_roles WHERE rolname = 'plain_owner'").fetchone() is None:
            admin.execute("CREATE ROLE plain_owner NOLOGIN")
        admin.execute(f"ALTER DATABASE {name} OWNER TO plain_owner")
    return lambda: f"{empty_database_url}&options=-crole%3Dplain_owner"


def test_an_owner_who_may_make_no_roles_gets_the_whole_schema_and_grants_to_those_there_are(
    as_plain_owner: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = as_plain_owner()
    monkeypatch.setattr("db.roles.NAMES", [*NAMES, "patronsync_not_made"])
    migrate(url)
    with connect(url) as connection:
        assert missing_roles(connection) == ["patronsync_not_made"]
        assert may_read_as_member(connection)


def may_read_as_member(connection: Connection) -> bool:
    """Whether statistics were granted, as the catalogue says (the owner may not set the role)."""
    row = connection.execute(
        "SELECT has_table_privilege('patronsync_statistics', 'downstream.municipality_totals', 'SELECT')"
    ).fetchone()
    return bool(row and row[0])


def test_a_role_that_has_come_later_is_given_its_rights_by_the_next_upgrade(
    database_url: str, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert is_current(connection)
    connection.execute("UPDATE sync.instance SET definitions = replace(definitions, ' patronsync_kiosk', '')")
    assert not is_current(connection)
