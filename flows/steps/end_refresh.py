"""How a refresh ends: its record is closed, the operator's report is made, and who listens is told."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import psycopg

from db.errors import DatabaseProblem, reworded
from db.patrons.store import list_quarantine
from db.runs import store
from flows.observability.redaction import told_safely
from flows.reporting.refresh_report import LISTED, publish
from flows.steps.applying import BrakeHeld
from flows.steps.listening import listener
from flows.steps.operators_word import ask, wait_for_word
from flows.steps.refresh_run import Refresh
from flows.steps.worker import Worker
from flows.wording import words


def end(worker: Worker, flow: str, refresh: Refresh) -> tuple[str, str | None]:
    """Ends a run that was not held: state and message follow from its counts."""
    state, message = refresh.state()
    _close(worker, flow, refresh, state, message)
    return state, message


def hold(worker: Worker, flow: str, refresh: Refresh, held: BrakeHeld) -> tuple[str, str]:
    """A brake was pulled: a live run asks, and waits for a word; a dry run says that it would.

    Raises `WaitsForWord` for a run of the command line; the run of a deployment is suspended here.
    """
    said = words(worker.settings.language)
    rules = ", ".join(said.say("brake", alarm.line.code) for alarm in held.alarms)
    if refresh.dry_run:
        message = f"a live run would stop here and wait for an operator's word: {rules}"
        _close(worker, flow, refresh, "incomplete", message)
        return "incomplete", message
    message = f"waits for an operator's word: {rules}"
    progress = refresh.counts.progress()

    def ask_and_wait(connection: psycopg.Connection) -> None:
        with connection.transaction():  # a question and no run that waits for it would be answered in vain
            ask(connection, refresh.run_id, flow, held.alarms, held.held)
            store.close_run(connection, refresh.run_id, "waiting", message, progress)

    worker.session.again(ask_and_wait)
    _tell(worker, flow, refresh, "waiting", message)
    wait_for_word(worker.connection, refresh.run_id, worker.settings.operators_word_hours, deployed=worker.deployed)
    return "waiting", message


def end_failed(worker: Worker, flow: str, refresh: Refresh, error: Exception) -> None:
    """Ends a run that broke off. What was applied stays, the rest is due."""
    try:
        _close(worker, flow, refresh, "failed", broke_off(error))
    except (psycopg.Error, DatabaseProblem):
        pass  # the database is gone: the next run finds the record without its session and says "killed"


def close(worker: Worker, refresh: Refresh, state: str, message: str | None) -> None:
    """Closes the run's record, and that of a killed run whose session was not quite gone when this one began."""
    progress = refresh.counts.progress()
    worker.session.again(lambda connection: store.close_run(connection, refresh.run_id, state, message, progress))
    worker.session.again(store.close_dead_runs)


def _close(worker: Worker, flow: str, refresh: Refresh, state: str, message: str | None) -> None:
    close(worker, refresh, state, message)
    _tell(worker, flow, refresh, state, message)


def _tell(worker: Worker, flow: str, refresh: Refresh, state: str, message: str | None) -> None:
    """The operator's report; of a run that is closed already."""
    report = run_report(refresh, flow, state, worker.warnings)
    questions = worker.session.again(
        lambda connection: store.questions(connection, run_id=refresh.run_id, open_only=True)
    )
    quarantined = worker.session.again(lambda connection: list_quarantine(connection, LISTED + 1))
    publish(
        report,
        message,
        worker.source,
        quarantined=quarantined,
        slowest=refresh.slowest,
        questions=questions,
        language=worker.settings.language,
    )
    listener().ended(report, message)


def broke_off(error: Exception) -> str:
    """Why a run broke off, and what becomes of its patrons: names and codes, never a value of a row or an answer."""
    why = told_safely(reworded(error) if isinstance(error, psycopg.Error) else error)
    return f"broke off: {' '.join(why.split())}; what was not applied is still due: run it again"


def run_report(refresh: Refresh, flow: str, state: str, warnings: Sequence[str] = ()) -> dict[str, Any]:
    """The run as `patronsync refresh --json` prints it (docs/reference/commands.md)."""
    counts = refresh.counts
    return {
        "run": refresh.run_id,
        "flow": flow,
        "today": refresh.scope.today.isoformat(),
        "dry_run": refresh.dry_run,
        "state": state,
        "patrons": counts.patrons(),
        "look_ups": counts.look_ups,
        "changes": dict(counts.changes),
        "outcomes": dict(counts.outcomes),
        "notes": dict(counts.notes),
        "warnings": list(warnings),
        "seconds": round(time.monotonic() - refresh.began, 1),
    }
