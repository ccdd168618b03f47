"""No CPR number, half of one, birth date, name or address leaves by an error, a log line or what Prefect keeps.

Each fault is forced in the real flow, on the real Prefect server, with logging at DEBUG everywhere.
"""

from __future__ import annotations

import inspect
import json
import pkgutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import pydantic
import pytest
import requests
import zeep.exceptions
from lxml import etree
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools.validation import is_valid

import cpr_client
import db
import flows
import mappers
from cpr_client import CprNumber, RegistryConfig, open_client
from cpr_client.cpr_number import MASK
from cpr_client.demo.persons_file import read_person
from db.connect import connect
from db.errors import guarded
from flows.observability.redaction import scrubbed
from flows.settings import load
from flows.steps import applying
from flows.steps.operators_word import Aborted, WaitsForWord
from mappers.extracts import EXTRACTS
from mappers.extracts.cells import read_date
from mappers.extracts.columns import read_header
from mappers.patron import decide
from mappers.plausibility import DEAD, Alarm
from tests.acceptance.made_up import HOME, TOMORROW, YESTERDAY
from tests.fixtures.library import DAY, Library
from tests.fixtures.prefect import PrefectServer, wait_until
from tests.fixtures.proofs import Proof
from tests.mappers.samples import known, person
from tests.proofs.leaks import (
    CO,
    EMAIL,
    LINE,
    NAME,
    NEW_NAME,
    NUMBER,
    PEOPLE,
    STREET,
    Kept,
    Spy,
    found_in,
    spying,
    whole,
)

FLAT = {**HOME, "road_name": STREET, "co_name": CO, "locality": LINE}


@dataclass
class Night:
    """People who would be recognized, on the night on which something goes wrong."""

    library: Library
    kept: Kept
    spy: Spy

    def refresh(self, *options: str, day: date = DAY) -> tuple[int, str, str]:
        """`patronsync refresh`: exit code, all that was printed, and the flow run that Prefect has of it."""
        code, out = self.library.command("refresh", "--today", day.isoformat(), *options)
        [(flow_run,)] = self.library.rows("SELECT prefect_flow_run_id FROM sync.run ORDER BY run_id DESC LIMIT 1")
        return code, out + self.library.errors, str(flow_run)

    def nothing_left(self, flow_run: str, *texts: str) -> None:
        """Nothing of these people is in the log, in what was printed, in what Prefect and the run's record keep."""
        assert wait_until(lambda: any("Finished in state" in line for line in self.kept.lines(flow_run)))
        records = self.library.rows(
            "SELECT to_jsonb(t)::text FROM sync.run t UNION ALL SELECT to_jsonb(t)::text FROM sync.batch t"
            " UNION ALL SELECT to_jsonb(t)::text FROM sync.quarantine t"
            " UNION ALL SELECT to_jsonb(t)::text FROM sync.approval t"
        )
        self.spy.silent(self.kept.of(flow_run), *texts, *(text for (text,) in records))


@pytest.fixture
def night(library: Library, prefect_api: PrefectServer) -> Iterator[Night]:
    library.settings = library.settings.model_copy(update={"registry_deadline": 0.6})
    library.settings._prefect.update(prefect_api.environment())
    for patron, (number, name) in PEOPLE.items():
        library.enrol(patron, number, name=name, email=EMAIL)
        library.person(number, 1, name={"addressing": name}, residence=FLAT)
    assert library.refresh(YESTERDAY)["outcomes"] == {"first answer": len(PEOPLE)}
    for number, _ in PEOPLE.values():
        library.person(number, 1, name={"addressing": NEW_NAME}, residence={**FLAT, "door": "th"})
    with spying() as spy:
        yield Night(library, Kept(prefect_api), spy)


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

PAGE = f"<html><body>{NAME} {NUMBER} {STREET}</body></html>".encode()
FAULT = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
    f"<faultcode>{NUMBER}</faultcode><faultstring>{NAME} {NUMBER}</faultstring>"
    f"<detail><x>{NAME}</x><ErrorCode>{NUMBER}</ErrorCode><ErrorText>{NAME}</ErrorText></detail>"
    "</s:Fault></s:Body></s:Envelope>"
).encode()

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
        day = TOMORROW if day == DAY else day + (TOMORROW - DAY)
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
        night.library.person(number, 1, name={"addressing": NAME}, residence=FLAT, birth_date="1959-12-31", raw=raw)
    code, printed, flow_run = night.refresh()
    assert code == 0
    assert night.library.rows("SELECT count(*)::int FROM sync.quarantine") == [(len(UNREADABLE),)]
    night.nothing_left(flow_run, printed)


# What nobody foresaw ------------------------------------------------------------------------------------------------


class Panic(BaseException):
    """As libraries in Rust raise it: no `Exception`."""


def _chained() -> None:
    try:
        raise KeyError(NUMBER)
    except KeyError as error:
        raise ValueError(f"{NAME}, {STREET}") from error


def _with_notes() -> None:
    error = RuntimeError(NAME)
    error.add_note(f"{NUMBER} {STREET}")
    raise error


def _validated() -> None:
    pydantic.TypeAdapter(int).validate_python(f"{NAME} {NUMBER}")


def _parsed() -> None:
    etree.fromstring(f"<a>{NAME} {NUMBER}</b>")


def _requested() -> None:
    requests.get(f"http://127.0.0.1:1/{NUMBER}/{NAME}", timeout=1)


def _raise(error: BaseException) -> Callable[[], None]:
    def force() -> None:
        raise error

    return force


UNFORESEEN: dict[str, Callable[[], object]] = {
    "ours, chained": _chained,
    "with notes": _with_notes,
    "a group": _raise(ExceptionGroup(NAME, [ValueError(NUMBER)])),
    "pydantic's": _validated,
    "lxml's": _parsed,
    "requests'": _requested,
    "zeep's fault": _raise(zeep.exceptions.Fault(f"{NAME} {NUMBER}", code=NUMBER, detail=etree.Element("x"))),
    "zeep's XML error": _raise(zeep.exceptions.XMLParseError(f"{NAME} {NUMBER}")),
    "psycopg's": _raise(psycopg.errors.UniqueViolation(f"Key (cpr_number)=({NUMBER}) {NAME}")),
    "a panic": _raise(Panic(f"{NAME} {NUMBER}")),
    "the system's": _raise(FileNotFoundError(2, NAME, f"/srv/{NUMBER}/{NAME}")),
    "encoding": Path(f"/{NAME}\ud800{NUMBER}").read_bytes,
}


def test_an_error_that_nobody_foresaw_leaves_none(night: Night, proof: Proof, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {"a panic", *proof.random.sample(sorted(UNFORESEEN), proof.size(small=4, full=len(UNFORESEEN)))}
    for fault in sorted(chosen):

        def fails(*arguments: Any, fault: str = fault, **named: Any) -> None:
            UNFORESEEN[fault]()

        monkeypatch.setattr(applying, "decide", fails)
        flow_run, printed = _broke_off(night, by_panic=fault == "a panic")
        assert "UnexpectedError" in night.kept.state(flow_run)[1] or fault == "psycopg's"
        night.nothing_left(flow_run, printed)


def test_an_error_in_a_thread_of_the_client_leaves_none(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    from cpr_client import exchange

    def fails(*arguments: Any) -> None:
        _chained()

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


# Every error class of ours ------------------------------------------------------------------------------------------


def _client(library: Library, **settings: Any) -> Any:
    return open_client(RegistryConfig(url=library.registry.url, **{"deadline": 0.6, **settings}))


def _answered_by(kind: str, **how: Any) -> Callable[[Library], None]:
    """A look-up about somebody whom the registry treats like this."""

    def force(library: Library) -> None:
        library.registry.fail(kind, **how)
        try:
            with _client(library, read_timeout=0.1) as client:
                client.lookup(CprNumber(NUMBER))
        finally:
            library.registry.behave()

    return force


def _in_the_database(sqlstate: str) -> Callable[[Library], None]:
    def force(library: Library) -> None:
        with guarded():
            library.connection.execute(
                f"DO $$ BEGIN RAISE EXCEPTION '{NAME} {NUMBER}' USING ERRCODE = '{sqlstate}', "
                f"DETAIL = '{STREET} {NUMBER}'; END $$".encode()
            )

    return force


def _breaker_open(library: Library) -> None:
    library.registry.fail("body", body=FAULT, status=500)
    try:
        with _client(library) as client:
            for _ in range(9):
                try:
                    client.lookup(CprNumber(NUMBER))
                except cpr_client.RequestRefused:
                    continue
    finally:
        library.registry.behave()


def _defect(library: Library) -> None:
    with _client(library) as client:
        client._exchange.ask = lambda *_: _chained()
        client.lookup(CprNumber(NUMBER))


def _stopped(library: Library) -> None:
    with _client(library) as client:
        client.close()
        client.lookup(CprNumber(NUMBER))


def _no_certificate(library: Library) -> None:
    file = Path("/proc/self/environ")  # any file that holds none
    with open_client(RegistryConfig(url="https://127.0.0.1:1/", certificate=file, key=file)):
        pass


def _unforeseen(library: Library) -> None:
    with scrubbed():
        _chained()


def _broken_setting(library: Library) -> None:
    load({"PATRONSYNC_BATCH_SIZE": f"{NAME} {NUMBER}", "PATRONSYNC_DATABASE_URL": f"postgresql://{NAME}:{NUMBER}@x/y"})


def _chain_not_followed(library: Library) -> None:
    stored = replace(known(), cpr_number=CprNumber(NUMBER))
    decide(
        stored, person(60, cpr_number=CprNumber(NUMBER), successor=CprNumber("2909717788")), today=DAY, interval_days=1
    )


ERRORS: dict[str, Callable[[Library], object] | str] = {
    "cpr_client.cpr_number.InvalidCprNumber": lambda library: CprNumber.parse(f"{NUMBER} {NAME}"),
    "cpr_client.demo.persons_file.PersonsFileError": lambda library: read_person({"cpr_number": NUMBER + NAME}),
    "cpr_client.demo.soap.Refused": "the demo registry's own, about made-up people, to the one who asked",
    "cpr_client.demo.wire._BadRequest": "the same",
    "cpr_client.errors.RegistryError": "base",
    "cpr_client.errors.TryAgainLater": "base",
    "cpr_client.errors.OperatorMustAct": "base",
    "cpr_client.errors.SupplierMustAct": "base",
    "cpr_client.errors.PersonNotFound": _answered_by("not found"),
    "cpr_client.errors.RegistryTimeout": _answered_by("slow", seconds=0.4),
    "cpr_client.errors.RegistryUnavailable": _answered_by("body", body=PAGE, status=502),
    "cpr_client.errors.RegistryBusy": _answered_by("body", body=PAGE, status=503),
    "cpr_client.errors.RegistryDown": _breaker_open,
    "cpr_client.errors.CertificateProblem": _no_certificate,
    "cpr_client.errors.RequestRefused": _answered_by("body", body=FAULT, status=500),
    "cpr_client.errors.ConfigurationError": lambda library: RegistryConfig(url=f"https://{NUMBER}:{NAME}@host/"),
    "cpr_client.errors.MalformedAnswer": _answered_by("body", body=PAGE),
    "cpr_client.errors.MismatchedAnswer": _answered_by("wrong person"),
    "cpr_client.lookup._Defect": _defect,
    "cpr_client.lookup._Stopped": _stopped,
    "db.errors.DatabaseProblem": "base",
    "db.errors.TryAgain": _in_the_database("40P01"),
    "db.errors.DatabaseUnavailable": lambda library: connect(f"postgresql://{CO}:{NUMBER}@127.0.0.1:1/{NUMBER}"),
    "db.errors.OperatorMustAct": _in_the_database("53100"),
    "db.errors.NewerDatabase": "holds the names of two migrations (tests/db/test_upgrade.py)",
    "db.errors.DataRefused": _in_the_database("23505"),
    "db.errors.ProgramFault": _in_the_database("42601"),
    "flows.errors.UserError": "base; what it says is written where it is raised",
    "flows.errors.UsageError": _broken_setting,
    "flows.observability.redaction.UnexpectedError": _unforeseen,
    "flows.steps.applying.BrakeHeld": lambda library: _raise(
        applying.BrakeHeld([Alarm(DEAD, 11, 200, 0.5)], list(PEOPLE))
    )(),
    "flows.steps.operators_word.Aborted": lambda library: _raise(Aborted(7, "aborted: by the operator"))(),
    "flows.steps.operators_word.WaitsForWord": lambda library: _raise(WaitsForWord(7))(),
    "mappers.extracts.columns.BadRow": lambda library: read_header(
        EXTRACTS["patrons"], "patron_number,cpr_number,name"
    ).read(["L9", STREET, NUMBER]),
    "mappers.extracts.faults.ExtractError": lambda library: read_header(EXTRACTS["patrons"], f"{NUMBER},{NAME}"),
    "mappers.extracts.faults.UnreadableCell": lambda library: read_date(f"{NUMBER[:6]} {NAME}"),
    "mappers.succession.ChainNotFollowed": _chain_not_followed,
}
"""Every error class of ours, and how it is forced with data around; a text says why it need not be."""


def _classes(*rooms: ModuleType) -> set[str]:
    found = set()
    for room in rooms:
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if ".migrations." in module.name:
                continue
            for name, kind in vars(import_module(module.name)).items():
                if inspect.isclass(kind) and issubclass(kind, BaseException) and kind.__module__ == module.name:
                    found.add(f"{module.name}.{name}")
    return found


def test_every_error_class_of_ours_is_forced_below() -> None:
    assert set(ERRORS) == _classes(cpr_client, mappers, db, flows)


FORCED = {name: force for name, force in ERRORS.items() if not isinstance(force, str)}


def test_no_error_class_of_ours_holds_any_before_the_last_door(night: Night) -> None:
    """In its text, its representation, its arguments, its fields and its chained traceback."""
    for name, force in FORCED.items():
        with pytest.raises(Exception) as caught:
            force(night.library)
        kind = type(caught.value)
        assert f"{kind.__module__}.{kind.__qualname__}" == name
        night.spy.silent(whole(caught.value), repr(getattr(caught.value, "__dict__", {})))
        assert MASK not in str(caught.value)


def test_no_error_class_of_ours_leaves_any_by_the_traceback_that_prefect_keeps(night: Night, proof: Proof) -> None:
    """All of them raised out of a flow's body and logged by its logger, with their tracebacks."""
    from prefect import flow
    from prefect.context import FlowRunContext
    from prefect.logging import get_run_logger

    run: list[str] = []

    @flow(name="every-error", persist_result=False)
    def every_error() -> None:
        context = FlowRunContext.get()
        assert context is not None and context.flow_run is not None
        run.append(str(context.flow_run.id))
        logger = get_run_logger()
        for name, force in [*FORCED.items(), *((f"unforeseen {n}", lambda _, f=f: f()) for n, f in UNFORESEEN.items())]:
            try:
                with scrubbed():
                    force(night.library)
            except Exception:
                logger.exception("forced: %s", name)
        with scrubbed():
            _chained()

    state = every_error(return_state=True)
    assert "UnexpectedError" in state.message
    wanted = len(FORCED) + len(UNFORESEEN)
    assert wait_until(lambda: sum(line.startswith("forced: ") for line in night.kept.lines(run[0])) == wanted)
    time.sleep(0.2)
    night.spy.silent(night.kept.of(run[0]), str(state.message))
    assert any("Traceback" in line for line in night.kept.lines(run[0]))
    proof.tell(f"{len(FORCED)} error classes of ours and {len(UNFORESEEN)} of others, tracebacks kept by Prefect")


def test_after_all_that_the_file_of_prefect_s_server_holds_none(night: Night) -> None:
    with _forced(night.library, "check violation"):
        night.nothing_left(*_broke_off(night))
    assert found_in(night.kept.file()) == []
