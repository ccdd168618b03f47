"""No CPR number, half of one, birth date, name or address leaves by an error, a log line or what Prefect keeps.

Each fault is forced in the real flow, on the real Prefect server, with logging at DEBUG everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools.validation import is_valid

from flows.steps import applying
from tests.fixtures.library import DAY, Library
from tests.fixtures.proofs import Proof
from tests.fixtures.recognizable import CO, FAULT, HOME, NAME, NEW_NAME, NUMBER, PAGE, STREET, Night, found_in
from tests.proofs.unforeseen import UNFORESEEN


@pytest.fixture
def night(recognizable_night: Night) -> Night:
    return recognizable_night


def test_the_eyes_that_look_for_it_see_it() -> None:
    for text in (
        f"Key (cpr_number)=({NUMBER}) already exists",
        f"{NUMBER[:6]}-{NUMBER[6:]}",
        f"born {NUMBER[:6]}",
        "date '1959-12-31'",
        "31.12.59",
        json.dumps({"name": NAME}),
        f"c/o {CO}",
    ):
        assert found_in(text), text
    assert found_in("2026-11-25T00:35:28.311259+00:00, 0b311259-aa, 1311259") == []


def test_a_night_without_a_fault_leaves_none(night: Night) -> None:
    code, printed, flow_run = night.refresh()
    assert code == 0
    assert night.library.rows("SELECT count(*)::int FROM library.patron WHERE name = %s", NEW_NAME) == [(3,)]
    night.nothing_left(flow_run, printed)
    assert night.kept.state(flow_run)[0] == "COMPLETED"


# What PostgreSQL says -----------------------------------------------------------------------------------------------

QUOTING = "NEW.name || ' ' || NEW.cpr_number || ' ' || NEW.street"
UNDO_CONSTRAINT = "ALTER TABLE library.patron DROP CONSTRAINT forced"
CONSTRAINTS = {
    "unique violation": ("CREATE UNIQUE INDEX forced ON library.patron (name)", "DROP INDEX library.forced"),
    "check violation": (
        f"ALTER TABLE library.patron ADD CONSTRAINT forced CHECK (name <> '{NEW_NAME}')",
        UNDO_CONSTRAINT,
    ),
    "not null violation": (
        "ALTER TABLE library.patron ADD forced text GENERATED ALWAYS AS"
        f" (CASE name WHEN '{NEW_NAME}' THEN NULL ELSE name END) STORED NOT NULL",
        "ALTER TABLE library.patron DROP forced",
    ),
    "value too long": (
        "ALTER TABLE library.patron ADD forced varchar(200) GENERATED ALWAYS AS"
        f" (CASE name WHEN '{NEW_NAME}' THEN repeat(name, 20) ELSE name END) STORED",
        "ALTER TABLE library.patron DROP forced",
    ),
}
"""What refuses the row by its declaration, and how it is taken back."""

TRIGGERS = {
    "bad cast to a date": "PERFORM NEW.name::date",
    "bad cast of a number": "PERFORM (NEW.cpr_number || ' ' || NEW.name)::bigint",
    "out of range": "PERFORM NEW.cpr_number::int",
    "malformed json": "PERFORM NEW.name::jsonb",
    "raised with detail and hint": f"RAISE EXCEPTION 'no place for %', {QUOTING}"
    f" USING DETAIL = {QUOTING}, HINT = {QUOTING}",
    "deadlock": f"RAISE EXCEPTION '%', {QUOTING} USING ERRCODE = '40P01', DETAIL = {QUOTING}",
    "disk full": f"RAISE EXCEPTION '%', {QUOTING} USING ERRCODE = '53100', DETAIL = {QUOTING}",
    "cancelled": f"RAISE EXCEPTION '%', {QUOTING} USING ERRCODE = '57014', DETAIL = {QUOTING}",
    "names that are values": f"RAISE EXCEPTION '%', {QUOTING} USING ERRCODE = '23514', CONSTRAINT = {QUOTING},"
    f" TABLE = {QUOTING}, COLUMN = {QUOTING}, SCHEMA = {QUOTING}",
}
"""What refuses it while it is written."""


@contextmanager
def _forced(library: Library, fault: str) -> Iterator[None]:
    """The library's database has this fault within the block."""
    if fault in CONSTRAINTS:
        do, undo = CONSTRAINTS[fault]
        library.connection.execute(do.encode())
        yield
        library.connection.execute(undo.encode())
    else:
        _on(library, "library.patron", "BEFORE UPDATE", TRIGGERS[fault])
        yield
        library.connection.execute("DROP FUNCTION public.forced() CASCADE")


def _on(library: Library, table: str, when: str, statement: str, constraint: str = "") -> None:
    """A trigger that does this to each row."""
    library.connection.execute(
        "CREATE FUNCTION public.forced() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {statement}; RETURN NEW; END $$".encode()
    )
    deferred = "DEFERRABLE INITIALLY DEFERRED" if constraint else ""
    library.connection.execute(
        f"CREATE {constraint} TRIGGER forced {when} ON {table} {deferred} FOR EACH ROW"
        " EXECUTE FUNCTION public.forced()".encode()
    )


def _broke_off(night: Night, by_panic: bool = False) -> tuple[str, str]:
    """The flow run of a refresh that broke off, and all that was printed. A panic ends it as a kill does."""
    code, printed, flow_run = night.refresh()
    assert code == 1
    assert night.kept.state(flow_run)[0] == "FAILED"
    [(state,)] = night.library.rows("SELECT state FROM sync.run ORDER BY run_id DESC LIMIT 1")
    assert state == ("running" if by_panic else "failed")
    assert night.library.rows("SELECT count(*)::int FROM library.patron WHERE name = %s", NEW_NAME) == [(0,)]
    return flow_run, printed


def test_an_error_of_the_database_in_mid_batch_leaves_none(night: Night, proof: Proof) -> None:
    faults = [*CONSTRAINTS, *TRIGGERS]
    chosen = proof.random.sample(faults, proof.size(small=6, full=len(faults)))
    for fault in chosen:
        with _forced(night.library, fault):
            flow_run, printed = _broke_off(night)
        night.nothing_left(flow_run, printed)
        [(message,)] = night.library.rows("SELECT message FROM sync.run ORDER BY run_id DESC LIMIT 1")
        assert "SQLSTATE" in message and "still due" in message, fault
    proof.tell(f"{len(chosen)} errors of the database in mid-batch: {', '.join(chosen)}")


@pytest.mark.parametrize("table", ["sync.change", "sync.registry_access"])
def test_copy_s_context_leaves_none(night: Night, table: str) -> None:
    """`CONTEXT: COPY change, line 1: ...`, and what a trigger says in the middle of it."""
    person_of = "SELECT name || cpr_number FROM library.patron WHERE patron_number = NEW.patron_number"
    _on(night.library, table, "BEFORE INSERT", f"RAISE EXCEPTION '%', ({person_of}) USING DETAIL = ({person_of})")
    night.nothing_left(*_broke_off(night))


def test_an_error_at_the_commit_leaves_none(night: Night) -> None:
    _on(night.library, "library.patron", "AFTER UPDATE", f"RAISE EXCEPTION '%', {QUOTING}", "CONSTRAINT")
    night.nothing_left(*_broke_off(night))


def test_what_the_database_says_in_passing_leaves_none(night: Night) -> None:
    """Notices and warnings, which a driver may log."""
    _on(night.library, "library.patron", "BEFORE UPDATE", f"RAISE WARNING '%', {QUOTING}; RAISE NOTICE '%', {QUOTING}")
    code, printed, flow_run = night.refresh()
    assert code == 0
    night.nothing_left(flow_run, printed)


@pytest.mark.parametrize("how", ["no such letter", "raised"])
def test_a_row_that_can_not_be_sent_leaves_none(night: Night, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """psycopg fails in the middle of a COPY, tells the server why, and logs what the server answers."""
    from db.refresh import batches

    staged = batches._staged

    def spoilt(decision: Any) -> list[Any]:
        if how == "raised":
            raise ValueError(f"{NAME} {NUMBER}")
        row = staged(decision)
        place = row.index(NEW_NAME)
        row[place] = f"{NAME} {NUMBER} \ud800"
        return row

    monkeypatch.setattr(batches, "_staged", spoilt)
    night.nothing_left(*_broke_off(night))


# What the registry sends --------------------------------------------------------------------------------------------

BODIES: dict[str, tuple[int, bytes]] = {
    "HTML": (200, PAGE),
    "garbage": (200, f"\x00\x01{NUMBER} {NAME}".encode()),
    "broken XML": (200, f"<a b={NUMBER}>{NAME} &{STREET};</c>".encode()),
    "a DOCTYPE": (200, f'<!DOCTYPE x [<!ENTITY a "{NAME} {NUMBER}">]><x>&a;</x>'.encode()),
    "an unknown encoding": (200, f"<?xml version='1.0' encoding='{NAME}'?><a>{NUMBER}</a>".encode()),
    "an element that bears it": (200, f"<{NAME.split()[0]}>{NUMBER}</{NAME.split()[0]}>".encode()),
    "a fault that quotes it": (500, FAULT),
    "a fault of HTTP 200": (200, FAULT),
    "an error page": (502, PAGE),
    "not found, quoting it": (500, FAULT.replace(NAME.encode(), b"PNR not found: " + NUMBER.encode())),
    "a refusal that quotes it": (403, PAGE),
    "a page elsewhere": (302, PAGE),
    "too much": (200, PAGE * 40_000),
    "nothing": (204, b""),
}


def test_no_answer_leaves_any_by_what_becomes_of_it(night: Night, proof: Proof) -> None:
    """One run for each body, sent about everybody."""
    day = DAY
    chosen = proof.random.sample(sorted(BODIES), proof.size(small=6, full=len(BODIES)))
    for name in chosen:
        status, body = BODIES[name]
        night.library.registry.fail("body", body=body, status=status)
        code, printed, flow_run = night.refresh("--scope", "all", "--json", day=day)
        night.library.registry.behave()
        assert code in (0, 1), name
        night.nothing_left(flow_run, printed)
        day += timedelta(days=1)
    proof.tell(f"{len(chosen)} bodies that hold a number and a name: {', '.join(chosen)}")


UNREADABLE = [
    {"persondata/personnummer": f"{NUMBER}0"},
    {"persondata/status/status": NAME},
    {"persondata/foedselsdato/dato": f"{NUMBER[:6]} {NAME}"},
    {"adresse/aktuelAdresse/kommunekode": NUMBER},
    {"adresse/aktuelAdresse/postnummer": STREET},
]


def test_no_value_that_can_not_be_read_leaves_any(night: Night) -> None:
    for place, raw in enumerate(UNREADABLE):
        number = f"02016200{place:02}"
        night.library.enrol(f"M{place}", number)
        night.library.person(number, 1, name={"addressing": NAME}, residence=HOME, birth_date="1959-12-31", raw=raw)
    code, printed, flow_run = night.refresh()
    assert code == 0
    assert night.library.rows("SELECT count(*)::int FROM sync.quarantine") == [(len(UNREADABLE),)]
    night.nothing_left(flow_run, printed)


# What nobody foresaw ------------------------------------------------------------------------------------------------


def test_an_error_that_nobody_foresaw_leaves_none(night: Night, proof: Proof, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {"a panic", *proof.random.sample(sorted(UNFORESEEN), proof.size(small=4, full=len(UNFORESEEN)))}
    for fault in sorted(chosen):

        def fails(*arguments: Any, fault: str = fault, **named: Any) -> None:
            UNFORESEEN[fault]()

        monkeypatch.setattr(applying, "decide", fails)
        flow_run, printed = _broke_off(night, by_panic=fault == "a panic")
        assert "UnexpectedError" in night.kept.state(flow_run)[1] or fault == "psycopg's"
        night.nothing_left(flow_run, printed)


@pytest.mark.parametrize("fault", ["ours, chained", "a panic"])
def test_an_error_in_a_thread_of_the_client_leaves_none(
    night: Night, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    from cpr_client import exchange

    def fails(*arguments: Any) -> None:
        UNFORESEEN[fault]()

    monkeypatch.setattr(exchange, "read_person", fails)
    code, printed, flow_run = night.refresh()
    assert code == 1
    night.nothing_left(flow_run, printed)


WRONG_PARAMETERS: list[dict[str, Any]] = [
    {"scope": "patrons", "patron_numbers": ["090762-2345"]},
    {"scope": "Fremmedmand"},
    {"today": "090762 Fremmedmand"},
    {"limit": "Fremmedmand 0907622345"},
]
"""Prefect keeps what a flow is called with: these hold people of their own, of whom no other test looks for a trace."""


def test_parameters_that_hold_a_number_are_refused_by_the_form_already() -> None:
    from flows.registry_refresh import registry_refresh

    schema = parameter_schema(registry_refresh).model_dump_for_openapi()
    for given in WRONG_PARAMETERS:
        assert not is_valid(given, schema), given
    assert is_valid({"scope": "patrons", "patron_numbers": ["L1"], "today": "2026-03-02", "limit": 7}, schema)
    assert is_valid({"today": None}, schema)


def test_parameters_that_do_not_fit_are_not_repeated_by_a_flow_without_a_form(night: Night) -> None:
    from flows.registry_refresh import registry_refresh

    for given in WRONG_PARAMETERS:
        state = registry_refresh(**given, return_state=True)
        said = f"{state.message} {night.spy.log.getvalue()}"
        assert "Flow run received invalid parameters" in said
        assert [secret for secret in ("Fremmedmand", "090762") if secret in said] == []


def test_an_import_of_bad_lines_leaves_none(night: Night, tmp_path: Path) -> None:
    file = tmp_path / "patrons.csv"
    bodies = {
        "rejects": f"patron_number,cpr_number,name,birth_date\nL9,{NUMBER},{NAME},{NUMBER}\n"
        f"L8,{NAME},{NAME},31.12.1959\n"
        f'{NUMBER},,{NAME},\nL7,"{NUMBER},{NAME}\n',
        "held by another": f"patron_number,cpr_number,name\nL9,{NUMBER},{NAME}\n",
        "a header of data": f"{NUMBER},{NAME},{STREET}\n",
        "an unknown column": f"patron_number,{NUMBER}\nL9,{NAME}\n",
    }
    for name, text in bodies.items():
        file.write_text(text)
        code, out = night.library.command("import", "patrons", str(file))
        assert code == 1, name
        [(flow_run,)] = night.library.rows("SELECT prefect_flow_run_id FROM sync.run ORDER BY run_id DESC LIMIT 1")
        night.nothing_left(str(flow_run), out, night.library.errors)
    file.write_bytes(f"patron_number,name\nL9,{NAME} \xe6".encode("latin-1"))
    assert night.library.command("import", "patrons", str(file))[0] == 1
    night.spy.silent(night.library.errors)
    listed = file.with_name("patrons.rejected.csv")
    night.spy.silent(listed.read_text() if listed.exists() else "")


def test_an_import_of_bad_forms_leaves_none(night: Night, tmp_path: Path) -> None:
    file = tmp_path / "guardians.csv"
    header = "patron_number,guardian_cpr_number,guardian_name,mobile,signed_on\n"
    bodies = {
        "of nobody": f"{header}L9,{NUMBER},{NAME},,2026-01-01\n{NUMBER},{NUMBER},{NAME},,2026-01-01\n",
        "unreadable": f"{header}L9,{NAME},{NUMBER},,{NUMBER}\nL9,{NUMBER}9,{NAME},,31.12.1959\n",
        "ahead": f'{header}L9,{NUMBER},{NAME},,2999-01-01\nL7,"{NUMBER},{NAME}\n',
        "a header of data": f"{NUMBER},{NAME},{STREET}\n",
    }
    for name, text in bodies.items():
        file.write_text(text)
        code, out = night.library.command("import", "guardians", str(file))
        assert code == 1, name
        [(flow_run,)] = night.library.rows("SELECT prefect_flow_run_id FROM sync.run ORDER BY run_id DESC LIMIT 1")
        night.nothing_left(str(flow_run), out, night.library.errors)
        listed = file.with_name("guardians.rejected.csv")
        night.spy.silent(listed.read_text() if listed.exists() else "")


def test_after_all_that_the_file_of_prefect_s_server_holds_none(night: Night) -> None:
    with _forced(night.library, "check violation"):
        night.nothing_left(*_broke_off(night))
    assert found_in(night.kept.file()) == []
