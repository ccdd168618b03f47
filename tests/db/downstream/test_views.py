"""What each view shows, to whom: the protected without name and address, the dead never to be written to."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from db.connect import Connection
from db.roles import NAMES, STAFF, WEBSITE, WORKER

NAME, STREET = "Navn Navnesen", "Hemmelig Vej 7"
TODAY = "(now() AT TIME ZONE 'Europe/Copenhagen')::date"

Enrol = Callable[..., None]


@pytest.fixture
def enrol(connection: Connection) -> Enrol:
    """Adds a patron; values are SQL where they begin with `=`."""

    def add(number: str, **columns: str) -> None:
        columns = {"patron_number": number, "name": NAME, "street": STREET, "address_kind": "residential", **columns}
        marks = ", ".join(value[1:] if value.startswith("=") else "%s" for value in columns.values())
        values = [value for value in columns.values() if not value.startswith("=")]
        connection.execute(f"INSERT INTO library.patron ({', '.join(columns)}) VALUES ({marks})".encode(), values)

    return add


def seen(connection: Connection, role: str, query: str) -> list[tuple[Any, ...]]:
    """What a role is shown."""
    with connection.transaction(force_rollback=True):
        connection.execute(f"SET LOCAL ROLE {role}")  # type: ignore[call-overload]
        return connection.execute(query.encode()).fetchall()


KNOWN = {"cpr_number": "0101701234", "protection_flag": "false"}

PROTECTIONS = {
    "by the flag": ({"cpr_number": "0101701234", "protection_flag": "true"}, True),
    "by its days": (
        {
            "cpr_number": "0101701234",
            "protection_flag": "false",
            "protected_from": f"={TODAY}",
            "protected_to": f"={TODAY}",
        },
        True,
    ),
    "over since yesterday": (
        {"cpr_number": "0101701234", "protection_flag": "false", "protected_to": f"={TODAY} - 1"},
        False,
    ),
    "from tomorrow on": (
        {"cpr_number": "0101701234", "protection_flag": "false", "protected_from": f"={TODAY} + 1"},
        False,
    ),
    "the registry has not spoken": ({"cpr_number": "0101701234"}, True),
    "no number": ({}, False),
    "a replacement number": ({"cpr_number": "6101701234"}, False),
}


@pytest.mark.parametrize("case", PROTECTIONS)
def test_name_and_address_are_withheld_today_from_who_may_not_see_them(
    connection: Connection, enrol: Enrol, case: str
) -> None:
    columns, protected = PROTECTIONS[case]
    enrol("P", municipality_code="0851", **columns)
    columns_shown = "name, street, address_kind, address_lines, withheld, protected, municipality_code"
    query = f"SELECT {columns_shown} FROM downstream.patron"
    hidden = (None, None, None, None, True, True, "0851")
    shown = (NAME, STREET, "residential", [], False, protected, "0851")
    assert seen(connection, WEBSITE.name, query) == [hidden if protected else shown]
    for role in (STAFF, WORKER):
        assert seen(connection, role.name, query) == [shown]
    assert connection.execute(query).fetchall() == [hidden if protected else shown], "an owner is no staff"


def test_a_user_in_the_role_of_staff_sees_what_staff_see(connection: Connection, enrol: Enrol) -> None:
    enrol("P", cpr_number="0101701234", protection_flag="true")
    for role, group in (("desk", STAFF.name), ("site", WEBSITE.name)):
        connection.execute(f"CREATE ROLE {role} IN ROLE {group}")  # type: ignore[call-overload]
    assert seen(connection, "desk", "SELECT name FROM downstream.patron") == [(NAME,)]
    assert seen(connection, "site", "SELECT name FROM downstream.patron") == [(None,)]
    connection.rollback()


def test_the_address_of_today_is_shown(connection: Connection, enrol: Enrol) -> None:
    enrol("P", contact_lines="{c/o et sted}", contact_from=f"={TODAY}", contact_to=f"={TODAY} + 1")
    enrol("Q", contact_lines="{c/o et sted}", contact_to=f"={TODAY}")
    rows = seen(
        connection, WEBSITE.name, "SELECT address_kind, street, address_lines FROM downstream.patron ORDER BY 1"
    )
    assert rows == [("contact", None, ["c/o et sted"]), ("residential", STREET, [])]


def test_a_protected_patron_is_nowhere_by_name_or_address_but_with_staff_and_the_worker(
    connection: Connection, enrol: Enrol
) -> None:
    """Every view as every role, the whole row as text; the child's guardian and the guardian's child too."""
    for number, name in (("P", "Hemmelig Person"), ("C", "Hemmeligt Barn"), ("G", "Hemmelig Mor")):
        cpr = {"P": "0101701234", "C": "0101151234", "G": "0101801234"}[number]
        enrol(
            number, name=name, cpr_number=cpr, protection_flag="true", email="p@example.org", municipality_code="0851"
        )
    connection.execute("INSERT INTO library.guardian (patron_number) VALUES ('G')")
    connection.execute("INSERT INTO library.guardian (name) VALUES ('Hemmelig Onkel')")
    connection.execute(
        "INSERT INTO library.guardian_link (patron_number, guardian_id, source, kind) "
        "SELECT 'C', guardian_id, 'registry', 'mother' FROM library.guardian"
    )
    connection.execute(
        "INSERT INTO sync.change (patron_number, kind, fields) VALUES ('P', 'patron.protection', '{protected}')"
    )
    views = [name for (name,) in connection.execute("SELECT viewname FROM pg_views WHERE schemaname = 'downstream'")]
    shown_to = set()
    for role in NAMES:
        for view in views:
            with connection.transaction(force_rollback=True):
                allowed = connection.execute(
                    "SELECT has_table_privilege(%s, %s, 'SELECT')", [role, f"downstream.{view}"]
                ).fetchone()
            if allowed == (True,):
                text = json.dumps(seen(connection, role, f"SELECT * FROM downstream.{view}"), default=str)
                if "emmelig" in text:
                    shown_to.add((role, view))
    assert shown_to == {(role.name, view) for role in (STAFF, WORKER) for view in ("patron", "guardian_of")}


@pytest.mark.parametrize(
    ("child", "guardian", "shown"),
    [("false", "false", True), ("true", "false", False), ("false", "true", False), (None, "false", False)],
)
def test_a_guardian_s_name_is_shown_where_neither_is_protected(
    connection: Connection, enrol: Enrol, child: str | None, guardian: str, shown: bool
) -> None:
    enrol("C", cpr_number="0101151234", **({"protection_flag": child} if child else {}))
    connection.execute(
        "INSERT INTO library.guardian (name, cpr_number, protection_flag) VALUES ('Mor', '0101801234', %s)", [guardian]
    )
    connection.execute(
        "INSERT INTO library.guardian_link (patron_number, guardian_id, source, kind, valid_to) "
        f"SELECT 'C', guardian_id, 'registry', 'mother', {TODAY} + 1 FROM library.guardian".encode()
    )
    query = "SELECT patron_number, kind, name, withheld FROM downstream.guardian_of"
    assert seen(connection, WEBSITE.name, query) == [("C", "mother", "Mor" if shown else None, not shown)]
    assert seen(connection, STAFF.name, query) == [("C", "mother", "Mor", False)]
    connection.execute(f"UPDATE library.guardian_link SET valid_to = {TODAY}".encode())
    assert seen(connection, STAFF.name, query) == []


def test_the_dead_are_never_among_those_to_be_written_to_and_whoever_is_gone_is_said_to_be(
    connection: Connection, enrol: Enrol
) -> None:
    enrol("alive", email="a@example.org", language="en")
    enrol("dead", email="d@example.org", registry_status="90")
    enrol("dead by staff", email="d@example.org")
    enrol("protected", cpr_number="0101701234", protection_flag="true", email="p@example.org")
    enrol("gone", gone_on="2026-01-01")
    for status in ("20", "30", "70", "80"):
        enrol(f"status {status}", registry_status=status)
    connection.execute("INSERT INTO library.block VALUES ('dead by staff', 'deceased', 'staff', '2026-01-01')")
    connection.execute("INSERT INTO library.patron_phone VALUES ('alive', 'mobile', '2'), ('alive', 'mobile', '1')")
    connection.execute("INSERT INTO library.patron_phone VALUES ('alive', 'landline', '3')")
    assert connection.execute("SELECT * FROM downstream.contact ORDER BY 1").fetchall() == [
        ("alive", "en", "a@example.org", ["1", "2"], None),
        ("gone", None, None, [], date(2026, 1, 1)),
        ("protected", None, "p@example.org", [], None),
        *((f"status {status}", None, None, [], None) for status in (20, 30, 70, 80)),
    ]


def test_absences_and_blocks_are_shown_with_whether_today_is_in_them(connection: Connection, enrol: Enrol) -> None:
    enrol("P")
    connection.execute(
        f"INSERT INTO library.absence VALUES ('P', {TODAY} - 9, {TODAY} - 1), ('P', {TODAY}, {TODAY}), "
        f"('P', {TODAY} + 1, NULL)".encode()
    )
    connection.execute(
        f"INSERT INTO library.block VALUES ('P', 'fees', 'staff', {TODAY}), "
        f"('P', 'later', 'staff', {TODAY} + 1)".encode()
    )
    assert connection.execute("SELECT absent_today FROM downstream.absence ORDER BY absent_from").fetchall() == [
        (True,),
        (False,),
    ]
    assert connection.execute("SELECT reason, in_force FROM downstream.block ORDER BY 1").fetchall() == [
        ("fees", True),
        ("later", False),
    ]


def test_rights_of_a_patron_who_was_deleted_are_not_shown(connection: Connection, enrol: Enrol) -> None:
    enrol("P")
    for number in ("P", "deleted"):
        connection.execute(
            "INSERT INTO library.net_media_right VALUES (%s, 'film', false, 'blocked', '2026-01-01', NULL)", [number]
        )
    assert connection.execute("SELECT patron_number, granted, reason FROM downstream.net_media_right").fetchall() == [
        ("P", False, "blocked")
    ]


def test_every_view_column_and_function_of_the_contract_has_its_meaning(connection: Connection) -> None:
    """Columns say where they come from and whether they may be null."""
    rows = connection.execute(
        """
        SELECT relname || '.' || attname, coalesce(col_description(pg_class.oid, attnum), '')
        FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0
        WHERE relnamespace = 'downstream'::regnamespace
        """
    ).fetchall()
    assert len(rows) > 60
    assert [
        name for name, said in rows if "Source: " not in said or ("Never null" not in said and "Null: " not in said)
    ] == []
    undescribed = connection.execute(
        """
        SELECT oid::regclass::text FROM pg_class
        WHERE relnamespace = 'downstream'::regnamespace AND obj_description(oid, 'pg_class') IS NULL
        UNION ALL
        SELECT oid::regprocedure::text FROM pg_proc
        WHERE pronamespace = 'downstream'::regnamespace AND obj_description(oid, 'pg_proc') IS NULL
        """
    ).fetchall()
    assert undescribed == []
