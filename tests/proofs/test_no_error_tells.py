"""No error class of ours tells of a person, by whatever it holds, nor by the traceback that Prefect keeps of it."""

from __future__ import annotations

import inspect
import pkgutil
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import cpr_client
import db
import flows
import mappers
from cpr_client import CprNumber, RegistryConfig, open_client
from cpr_client.cpr_number import MASK
from cpr_client.demo.persons_file import read_person
from cpr_client.watch import Watch
from db.connect import connect
from db.errors import guarded
from db.feed.store import skip
from flows.consumers.webhook import Receiver, Webhook
from flows.observability.redaction import scrubbed
from flows.settings import load
from flows.steps.operators_word import Aborted, BrakeHeld, WaitsForWord
from mappers.extracts import EXTRACTS
from mappers.extracts.cells import read_date
from mappers.extracts.columns import read_header
from mappers.patron import decide
from mappers.plausibility import DEAD, RIGHTS_REVOKED, Alarm
from tests.fixtures.library import DAY, Library
from tests.fixtures.prefect import wait_until
from tests.fixtures.proofs import Proof
from tests.fixtures.recognizable import CO, FAULT, NAME, NUMBER, PAGE, PEOPLE, STREET, Night, whole
from tests.mappers.samples import known, person
from tests.proofs.unforeseen import UNFORESEEN, chained, raising


@pytest.fixture
def night(recognizable_night: Night) -> Night:
    return recognizable_night


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
            for _ in range(70):
                try:
                    client.lookup(CprNumber(NUMBER))
                except cpr_client.RequestRefused:
                    continue
    finally:
        library.registry.behave()


def _cut_off(library: Library) -> None:
    watch, (here, there) = Watch(), socket.socketpair()
    with here, there, watch.until(time.monotonic()):
        watch.uses(here)
        here.settimeout(5)
        there.sendall(f"{NUMBER} {NAME}".encode())
        while here.recv(100):
            pass


def _defect(library: Library) -> None:
    with _client(library) as client:
        client._exchange.ask = lambda *_: chained()
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
        chained()


def _broken_setting(library: Library) -> None:
    load({"PATRONSYNC_BATCH_SIZE": f"{NAME} {NUMBER}", "PATRONSYNC_DATABASE_URL": f"postgresql://{NAME}:{NUMBER}@x/y"})


def _chain_not_followed(library: Library) -> None:
    stored = replace(known(), cpr_number=CprNumber(NUMBER))
    decide(
        stored, person(60, cpr_number=CprNumber(NUMBER), successor=CprNumber("2909717788")), today=DAY, interval_days=1
    )


def _undelivered(library: Library) -> None:
    _webhook()([f'{{"id": "{NUMBER}", "subject": "{NAME}"}}'])


def _webhook() -> Any:
    return Webhook(Receiver(f"http://127.0.0.1:9/{NUMBER}", NAME.encode(), tries=1, timeout=2.0), NAME, lambda: 0.0)


ERRORS: dict[str, Callable[[Library], object] | str] = {
    "cpr_client.cpr_number.InvalidCprNumber": lambda library: CprNumber.parse(f"{NUMBER} {NAME}"),
    "cpr_client.demo.persons_file.PersonsFileError": lambda library: read_person({"cpr_number": NUMBER + NAME}),
    "cpr_client.demo.soap.Refused": "the demo registry's own, about made-up people, to the one who asked",
    "cpr_client.demo.wire._BadRequest": "the same",
    "cpr_client.watch.CutOff": _cut_off,
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
    "db.feed.store.FeedProblem": lambda library: skip(library.connection, f"{NAME} {NUMBER}"),
    "flows.consumers.follow.Busy": "holds nothing",
    "flows.consumers.follow.Stopped": "a place in the feed, and the reason of Undelivered",
    "flows.consumers.follow.Undelivered": _undelivered,
    "flows.consumers.webhook._Failed": lambda library: _webhook()._post(NUMBER, f"{NAME} {STREET}".encode()),
    "flows.errors.UserError": "base; what it says is written where it is raised",
    "flows.errors.UsageError": _broken_setting,
    "flows.observability.redaction.UnexpectedError": _unforeseen,
    "flows.steps.operators_word.BrakeHeld": lambda library: raising(
        BrakeHeld([Alarm(DEAD, 11, 200, 0.5), Alarm(RIGHTS_REVOKED, 51, 90, 5.0, "film")], list(PEOPLE))
    )(),
    "flows.steps.operators_word.Aborted": lambda library: raising(Aborted(7, "aborted: by the operator"))(),
    "flows.steps.operators_word.WaitsForWord": lambda library: raising(WaitsForWord(7, "registry-refresh"))(),
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
            chained()

    state = every_error(return_state=True)
    assert "UnexpectedError" in state.message
    wanted = len(FORCED) + len(UNFORESEEN)
    assert wait_until(lambda: sum(line.startswith("forced: ") for line in night.kept.lines(run[0])) == wanted)
    time.sleep(0.2)
    night.spy.silent(night.kept.of(run[0]), str(state.message))
    assert any("Traceback" in line for line in night.kept.lines(run[0]))
    proof.tell(f"{len(FORCED)} error classes of ours and {len(UNFORESEEN)} of others, tracebacks kept by Prefect")
