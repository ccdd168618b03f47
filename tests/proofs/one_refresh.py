"""One refresh by the steps of the flow, in this process or in one of its own that may be killed.

    report = refresh(settings, DAY)                    here
    with Apart(settings, DAY) as run:                  in a process of its own
        run.began()                                    waits until it has begun to ask
        run.kill()                                     SIGKILL
        run.report()                                   waits until it has ended

Prefect is left out, all else is the flow's. Processes come from a server process that has all of it imported.
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from multiprocessing.connection import Connection as Pipe
from types import TracebackType
from typing import Any, Self

import psycopg

from cpr_client import RegistryConfig, open_client
from db.errors import DatabaseProblem, guarded
from db.session import Session
from flows.errors import UserError
from flows.parameters import RefreshScope
from flows.reporting.refresh_report import Source
from flows.settings import Settings
from flows.steps.begin_refresh import begin
from flows.steps.end_refresh import run_report
from flows.steps.ending import broke_off, close
from flows.steps.listening import Silent, listening
from flows.steps.operators_word import BrakeHeld
from flows.steps.worker import Worker

FLOW = "registry-refresh"

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([__name__, "tests.proofs.frozen"])


def refresh(
    settings: Settings,
    day: date,
    *,
    scope: str = "due",
    dry_run: bool = False,
    patience: float = 30.0,
    client: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The report of a run, `message` in it; of one that broke off, what it said: `state` "failed" and `message`.

    `patience`: seconds for which a database that is away is waited for. `client`: fields of the client's
    configuration that no setting names.
    """

    def does(worker: Worker) -> dict[str, Any]:
        run = begin(
            worker, FLOW, RefreshScope(scope), [], limit=None, dry_run=dry_run, today=day, say=lambda line: None
        )
        config = dataclasses.replace(worker.settings.registry_config(), **(client or {}))
        state, message = to_its_end(worker, run, config)
        return {**run_report(run, FLOW, state), "message": message}

    return by_its_steps(settings, patience, does)


def by_its_steps(settings: Settings, patience: float, does: Callable[[Worker], dict[str, Any]]) -> dict[str, Any]:
    """The report of what is done with a worker; of what broke off, `state` "failed" and what it said."""
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value()
    try:
        with (
            guarded(),
            Session(url, "patronsync run", patience) as run_session,
            Session(url, "patronsync", patience) as session,
        ):
            return does(Worker(settings, session, run_session, Source("test", "demo", None), None, False))
    except (DatabaseProblem, UserError) as error:
        return {"state": "failed", "message": str(error)}


def to_its_end(worker: Worker, run: Any, config: RegistryConfig) -> tuple[str, str | None]:
    """Does the run's work and closes its record; one that a brake holds is `waiting`."""
    try:
        with open_client(config) as registry:
            run.run(registry)
        state, message = run.state()
        close(worker, run, state, message)
    except BrakeHeld as held:
        state, message = "waiting", str(held)
        close(worker, run, state, message)
    except Exception as error:
        with suppress(psycopg.Error, DatabaseProblem):
            close(worker, run, "failed", broke_off(error))
        raise
    return state, message


class Apart:
    """A run in a process of its own, begun at once: what `does` does. Leaving the block waits for its end."""

    def __init__(
        self, settings: Settings, day: date, does: Callable[..., dict[str, Any]] = refresh, **how: Any
    ) -> None:
        self._ours, theirs = _processes.Pipe(duplex=False)
        self._process = _processes.Process(target=_report, args=(theirs, does, settings, day, how), daemon=True)
        self._process.start()
        theirs.close()
        self._heard: dict[str, Any] | None = None
        self._megabytes = 0.0

    def began(self, seconds: float = 60) -> None:
        """Waits until the run has counted who is due, and begins to ask."""
        assert self._ours.poll(seconds), "the run does not begin"
        self._heard = self._ours.recv()
        self._megabytes = self._heard["megabytes"]

    def grown(self) -> float:
        """Megabytes that the process has had at most beyond what it had when the run began to ask."""
        assert self._heard is not None and self._megabytes
        return float(self._heard["megabytes"] - self._megabytes)

    def running(self) -> bool:
        """It has not ended yet."""
        return self._process.is_alive()

    def kill(self) -> None:
        """SIGKILL, and waits until the process is gone."""
        self._process.kill()
        self._process.join()

    def interrupt(self) -> None:
        """What Ctrl-C and `systemctl stop` do, and waits until the process has ended."""
        assert self._process.pid is not None
        with suppress(ProcessLookupError):  # it has ended by itself
            os.kill(self._process.pid, signal.SIGINT)
        self._process.join()

    def report(self, seconds: float = 600) -> dict[str, Any] | None:
        """How the run ended; None where it was killed before it could say."""
        with suppress(EOFError):
            while self._heard is None or "state" not in self._heard:
                assert self._ours.poll(seconds), "the run does not end"
                self._heard = self._ours.recv()
            return self._heard
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._process.kill()
        self._process.join()
        self._ours.close()


class _Tells(Silent):
    """Tells the other end of the pipe when the run begins."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe

    def due(self, patrons: int) -> None:
        self._pipe.send({"due": patrons, "megabytes": _highest()})


def _report(
    pipe: Pipe, does: Callable[..., dict[str, Any]], settings: Settings, day: date, how: dict[str, Any]
) -> None:
    with listening(_Tells(pipe)):
        pipe.send({**does(settings, day, **how), "megabytes": _highest()})


def _highest() -> float:
    """Megabytes of memory that this process had at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
