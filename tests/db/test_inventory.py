"""Who reads what is in the inventory is whom the database lets; what its catalog cannot tell is declared, and true."""

from __future__ import annotations

import json
import re

import pytest

from db.connect import Connection
from db.inventory.readers import GIVES, GOES_BY
from db.inventory.store import SCHEMAS, list_granted, not_as_declared, readings, roles_of, undeclared_places
from db.roles import KIOSK, NAMES, PREFIX, STAFF, STATISTICS, WEBSITE, WORKER
from mappers.inventory import READERS
from tests.fixtures.library import Library

NUMBERS, GUARDIAN_S = ("0101701234", "0202711234", "0303721234"), "0404731234"


def readers(connection: Connection, key: str) -> set[tuple[str, str]]:
    """(table, view or function; role) of a row."""
    return {(one.reader, one.role) for one in readings(list_granted(connection))[key]}


def test_every_row_is_read_by_whom_the_inventory_says_and_by_nobody_else(connection: Connection) -> None:
    assert not_as_declared(readings(list_granted(connection))) == {}
    assert [PREFIX + reader for reader in READERS] == [name for name in NAMES if name != WORKER.name]


def test_nothing_that_the_database_holds_is_in_no_row(connection: Connection) -> None:
    assert undeclared_places(connection) == []
    connection.execute("SELECT sync.ensure_access_partition('2031-01-15')")
    connection.execute("ALTER TABLE library.loan ADD COLUMN mood text")
    connection.execute("CREATE TABLE sync.diary (page integer)")
    assert undeclared_places(connection) == ["library.loan.mood", "sync.diary"]


def test_a_reader_is_told_with_the_view_that_it_reads_through(connection: Connection) -> None:
    assert readers(connection, "internal_note") == {
        ("library.patron", WORKER.name),
        ("downstream.staff_note", WORKER.name),
        ("downstream.staff_note", STAFF.name),
    }
    assert ("downstream.card_answer", KIOSK.name) in readers(connection, "blocks")
    assert ("downstream.patron", WEBSITE.name) in readers(connection, "address")  # by a function of the view
    assert ("downstream.municipality_totals", STATISTICS.name) in readers(connection, "municipality")
    assert {role for _, role in readers(connection, "cpr_number")} == {WORKER.name}
    assert readers(connection, "pin") == set()


@pytest.mark.parametrize(
    ("grant", "key", "reader"),
    [
        ("SELECT ON library.loan TO visitor", "loans", "library.loan"),
        ("SELECT (title) ON library.loan TO visitor", "loans", "library.loan"),
        ("SELECT ON library.message TO PUBLIC", "messages", "library.message"),
        ("SELECT ON downstream.staff_note TO visitor", "internal_note", "downstream.staff_note"),
        ("EXECUTE ON FUNCTION downstream.card_answer TO visitor", "blocks", "downstream.card_answer"),
        ("SELECT ON sync.registry_access_default TO visitor", "look_ups", "sync.registry_access"),
    ],
)
def test_a_right_that_is_given_beside_the_declared_ones_is_seen(
    connection: Connection, grant: str, key: str, reader: str
) -> None:
    """Of a role of somebody's own, which is let into the schema."""
    connection.execute("CREATE ROLE visitor")
    connection.execute(f"GRANT {grant}".encode())
    assert not_as_declared(readings(list_granted(connection))) == {}, "who is not let into the schema reads nothing"
    connection.execute("GRANT USAGE ON SCHEMA library, sync, downstream TO PUBLIC")
    role = "PUBLIC" if grant.endswith("PUBLIC") else "visitor"
    assert key in not_as_declared(readings(list_granted(connection)))
    assert (reader, role) in readers(connection, key)


def test_a_right_that_is_taken_away_is_missed(connection: Connection) -> None:
    connection.execute(f"REVOKE SELECT ON downstream.staff_note FROM {STAFF.name}".encode())
    assert not_as_declared(readings(list_granted(connection))) == {
        "internal_note": ([], [STAFF.name]),
        "note_to_patron": ([], [STAFF.name]),
    }


def test_of_columns_only_those_that_are_granted_are_told(connection: Connection) -> None:
    connection.execute("CREATE ROLE visitor; GRANT USAGE ON SCHEMA library TO visitor")
    connection.execute("GRANT SELECT (title, author) ON library.loan TO visitor")
    (one,) = [one for one in readings(list_granted(connection))["loans"] if one.role == "visitor"]
    assert one.places == ("library.loan.author", "library.loan.title")
    assert roles_of([one]) == ["visitor"]


def test_a_new_view_shows_all_that_it_uses(connection: Connection) -> None:
    """What nobody has declared is taken to be shown; a view of a view shows what that one uses."""
    connection.execute(
        "CREATE VIEW downstream.peek AS SELECT 1 AS one FROM library.patron WHERE cpr_number IS NOT NULL"
    )
    connection.execute("CREATE VIEW downstream.look AS SELECT one FROM downstream.peek")
    connection.execute(f"GRANT SELECT ON downstream.look TO {WEBSITE.name}".encode())
    assert ("downstream.look", WEBSITE.name) in readers(connection, "cpr_number")


def test_what_views_go_by_and_functions_give_is_declared_of_those_that_there_are(connection: Connection) -> None:
    granted = list_granted(connection)
    texts = {one.reader for one in granted if one.kind == "function" and one.is_text}
    assert set(GIVES) == texts, "each function that works with its owner's rights says what it gives back"
    uses = {one.reader: set(one.places) for one in granted if one.kind == "view"}
    assert {view: set(places) - uses[view] for view, places in GOES_BY.items()} == {view: set() for view in GOES_BY}


def test_what_a_function_is_said_to_give_stands_in_its_text(connection: Connection) -> None:
    rows = connection.execute(
        "SELECT pronamespace::regnamespace || '.' || proname, prosrc FROM pg_proc "
        "WHERE pronamespace = ANY (%s::text[]::regnamespace[])",
        [SCHEMAS],
    ).fetchall()
    bodies = dict(rows)
    for name, places in GIVES.items():
        text = bodies[name] + "".join(body for called, body in bodies.items() if f"{called}(" in bodies[name])
        for place in places:
            table, _, column = place.rpartition(".")
            assert re.search(rf"\b{re.escape(table)}\b", text), (name, place)
            assert re.search(rf"\b{column}\b", text), (name, place)


def test_no_view_that_is_said_only_to_go_by_a_cpr_number_shows_one(library: Library) -> None:
    for number, cpr_number in enumerate(NUMBERS, start=1):
        library.enrol(f"P{number}", cpr_number, birth_date="2015-01-01")
    library.connection.execute(
        "INSERT INTO library.guardian (patron_number, cpr_number, name) VALUES ('P2', %s, NULL), (NULL, %s, 'A')",
        [NUMBERS[1], GUARDIAN_S],
    )
    library.connection.execute(
        "INSERT INTO library.guardian_link (patron_number, guardian_id, source, kind) "
        "SELECT 'P1', guardian_id, 'registry', 'mother' FROM library.guardian"
    )
    for view in GOES_BY:
        rows = library.rows(f"SELECT to_jsonb(one)::text FROM {view} AS one")
        assert rows and not [text for (text,) in rows if any(number in text for number in (*NUMBERS, GUARDIAN_S))]


def test_the_record_is_printed_from_the_database_s_own_grants(library: Library) -> None:
    library.settings = library.settings.model_copy(update={"retention_loans_days": 45})
    code, out = library.command("inventory", "--json", "--language", "en")
    record = json.loads(out)
    loans = next(row for row in record["rows"] if row["key"] == "loans")
    assert (code, record["ok"], loans["period"]) == (0, True, 45)
    assert loans["kept"].startswith("45 days after")
    assert "A PROMISE IS LENGTHENED" in record["warnings"][0]
    assert next(rule for rule in record["rules"] if rule["rule"] == "loans")["period"] == 45

    library.connection.execute(f"GRANT USAGE ON SCHEMA library TO {WEBSITE.name}".encode())
    library.connection.execute(f"GRANT SELECT ON library.loan TO {WEBSITE.name}".encode())
    code, out = library.command("inventory", "--language", "da")
    assert code == 1
    assert "FLERE KAN LÆSE, END DET ER MENINGEN: patronsync_website: Udlån." in out
    assert re.search(r"^Udlån .* 45 dage efter .* patronsync, hjemmesiden$", out, re.MULTILINE)
    assert "  læses af: library.loan: patronsync, hjemmesiden" in out
    library.connection.execute(f"REVOKE SELECT ON downstream.staff_note FROM {STAFF.name}".encode())
    library.connection.execute("ALTER TABLE library.loan ADD COLUMN mood text")
    code, out = library.command("inventory", "--json", "--language", "en")
    assert (code, json.loads(out)["undeclared"]) == (1, ["library.loan.mood"])
    told = "\n".join(json.loads(out)["warnings"])
    assert "FEWER MAY READ THAN IS MEANT: patronsync_staff, of: Internal note, Note to the patron." in told
    assert "NOT IN THE INVENTORY: library.loan.mood." in told
    code, out = library.command("inventory", "--language", "da")
    assert re.search(r"^PIN-kode .* ingen$", out, re.MULTILINE)
