"""How a run ends, whatever its flow: its record is closed, the operator's report is made, and who listens is told.

What the report holds is the flow's own (`Tell`); that each ending makes one, and in which order, is settled here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import psycopg
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from db.errors import DatabaseProblem, reworded
from db.runs import store
from db.runs.store import Progress, Question
from flows.observability.redaction import told_safely
from flows.steps.listening import listener
from flows.steps.operators_word import BrakeHeld, ask, wait_for_word
from flows.steps.worker import Worker
from flows.wording import words


class _Counts(Protocol):
    def progress(self) -> Progress: ...


class Counted(Protocol):
    """What is asked of a run whose record is closed."""

    @property
    def run_id(self) -> int:
        """Its number."""
        ...

    @property
    def dry_run(self) -> bool:
        """Nothing of it is applied."""
        ...

    @property
    def counts(self) -> _Counts:
        """What it has done."""
        ...


class Run(Counted, Protocol):
    """What is asked of a run that ends by its counts."""

    def state(self) -> tuple[str, str | None]:
        """State and message as the counts say (docs/reference/runs.md)."""
        ...


Tell = Callable[[str, str | None, list[Question]], dict[str, Any]]
"""Makes the operator's report of a run in this state, with this message and these open questions; returns its JSON."""


def to_its_end(worker: Worker, flow: str, run: Run, work: Callable[[], None], tell: Tell) -> State[Any]:
    """Does the run's work and ends it, however it ends; the state for Prefect.

    Raises what broke it off, and `WaitsForWord` for a run of the command line that a brake holds; that of a deployment
    is suspended here.
    """
    try:
        work()
        state, message = run.state()
        _end(worker, run, state, message, tell)
    except BrakeHeld as held:
        state, message = hold(worker, flow, run, held, tell)
    except Exception as error:
        try:
            _end(worker, run, "failed", broke_off(error), tell)
        except (psycopg.Error, DatabaseProblem):
            pass  # the database is gone: the next run finds the record without its session and says "killed"
        raise
    return Completed(message=message or state) if state == "done" else Failed(message=message)


def close(worker: Worker, run: Counted, state: str, message: str | None) -> None:
    """Closes the run's record, and that of a killed run whose session was not quite gone when this one began."""
    progress = run.counts.progress()
    worker.session.again(lambda connection: store.close_run(connection, run.run_id, state, message, progress))
    worker.session.again(store.close_dead_runs)


def broke_off(error: Exception) -> str:
    """Why a run broke off, and what becomes of the rest: names and codes, never a value of a row or an answer."""
    why = told_safely(reworded(error) if isinstance(error, psycopg.Error) else error)
    return f"broke off: {' '.join(why.split())}; what was not applied is still due: run it again"


def _end(worker: Worker, run: Counted, state: str, message: str | None, tell: Tell) -> None:
    close(worker, run, state, message)
    _tell(worker, run, state, message, tell)


def hold(worker: Worker, flow: str, run: Counted, held: BrakeHeld, tell: Tell) -> tuple[str, str]:
    """A brake was pulled: a live run asks, and waits for a word; a dry run says that it would."""
    said = words(worker.settings.language)
    labels = [said.say("brake", alarm.line.code) + f" ({alarm.part})" * bool(alarm.part) for alarm in held.alarms]
    if run.dry_run:
        message = f"a live run would stop here and wait for an operator's word: {', '.join(labels)}"
        _end(worker, run, "incomplete", message, tell)
        return "incomplete", message
    message = f"waits for an operator's word: {', '.join(labels)}"
    progress = run.counts.progress()

    def ask_and_wait(connection: psycopg.Connection) -> None:
        with connection.transaction():  # a question and no run that waits for it would be answered in vain
            ask(connection, run.run_id, flow, held.alarms, held.held)
            store.close_run(connection, run.run_id, "waiting", message, progress)

    worker.session.again(ask_and_wait)
    _tell(worker, run, "waiting", message, tell)
    wait_for_word(worker.connection, run.run_id, worker.settings, deployed=worker.deployed)
    return "waiting", message


def _tell(worker: Worker, run: Counted, state: str, message: str | None, tell: Tell) -> None:
    """Of a run that is closed already."""
    questions = worker.session.again(lambda connection: store.questions(connection, run_id=run.run_id, open_only=True))
    listener().ended(tell(state, message, questions), message)
