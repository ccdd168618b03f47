"""How a run of guardians ends: its record is closed, the operator's report is made, and who listens is told."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import psycopg

from db.errors import DatabaseProblem
from db.patrons.store import list_cases
from db.runs import store
from flows.reporting.guardian_report import publish
from flows.steps.end_refresh import broke_off
from flows.steps.guardian_run import GuardianRun, LinksHeld
from flows.steps.listening import listener
from flows.steps.operators_word import ask, wait_for_word
from flows.steps.worker import Worker
from flows.wording import words
from mappers.cases import ABOUT_GUARDIANS


def end(worker: Worker, flow: str, run: GuardianRun) -> tuple[str, str | None]:
    """Ends a run that was not held: state and message follow from its counts."""
    state, message = run.state()
    _close(worker, flow, run, state, message)
    return state, message


def hold(worker: Worker, flow: str, run: GuardianRun, held: LinksHeld) -> tuple[str, str]:
    """The brake was pulled: a live run asks, and waits for a word; a dry run says that it would.

    Raises `WaitsForWord` for a run of the command line; the run of a deployment is suspended here.
    """
    said = words(worker.settings.language)
    rules = ", ".join(said.say("brake", alarm.line.code) for alarm in held.alarms)
    if run.dry_run:
        message = f"a live run would stop here and wait for an operator's word: {rules}"
        _close(worker, flow, run, "incomplete", message)
        return "incomplete", message
    message = f"waits for an operator's word: {rules}"
    progress = run.counts.progress()

    def ask_and_wait(connection: psycopg.Connection) -> None:
        with connection.transaction():  # a question and no run that waits for it would be answered in vain
            ask(connection, run.run_id, flow, held.alarms, [])
            store.close_run(connection, run.run_id, "waiting", message, progress)

    worker.session.again(ask_and_wait)
    _tell(worker, flow, run, "waiting", message)
    wait_for_word(worker.connection, run.run_id, worker.settings.operators_word_hours, deployed=worker.deployed)
    return "waiting", message


def end_failed(worker: Worker, flow: str, run: GuardianRun, error: Exception) -> None:
    """Ends a run that broke off. What was applied stays, the rest is due."""
    try:
        run.take_stock()
        _close(worker, flow, run, "failed", broke_off(error))
    except (psycopg.Error, DatabaseProblem):
        pass  # the database is gone: the next run finds the record without its session and says "killed"


def close(worker: Worker, run: GuardianRun, state: str, message: str | None) -> None:
    """Closes the run's record, and that of a killed run whose session was not quite gone when this one began."""
    progress = run.counts.progress()
    worker.session.again(lambda connection: store.close_run(connection, run.run_id, state, message, progress))
    worker.session.again(store.close_dead_runs)


def _close(worker: Worker, flow: str, run: GuardianRun, state: str, message: str | None) -> None:
    close(worker, run, state, message)
    _tell(worker, flow, run, state, message)


def _tell(worker: Worker, flow: str, run: GuardianRun, state: str, message: str | None) -> None:
    report = run_report(run, flow, state, worker.warnings)
    cases = worker.session.again(lambda connection: list_cases(connection, run.today))
    questions = worker.session.again(lambda connection: store.questions(connection, run_id=run.run_id, open_only=True))
    about = [case for case in cases if case.kind in ABOUT_GUARDIANS]
    publish(report, message, worker.source, cases=about, questions=questions, language=worker.settings.language)
    listener().ended(report, message)


def run_report(run: GuardianRun, flow: str, state: str, warnings: Sequence[str] = ()) -> dict[str, Any]:
    """The run as `patronsync guardians --json` prints it (docs/reference/runs.md)."""
    counts = run.counts
    return {
        "run": run.run_id,
        "flow": flow,
        "today": run.today.isoformat(),
        "dry_run": run.dry_run,
        "state": state,
        "patrons": counts.patrons(),
        "guardians": {**counts.guardians.as_dict(), "deleted": counts.deleted},
        "links": {"linked": counts.linked, "ended": counts.ended, "standing": run.standing},
        "cases": {"opened": counts.opened, "closed": counts.closed, "open": run.open_cases},
        "look_ups": counts.look_ups,
        "changes": dict(counts.changes),
        "outcomes": dict(counts.outcomes),
        "oldest_custody": run.oldest.isoformat() if run.oldest else None,
        "warnings": list(warnings),
        "seconds": round(time.monotonic() - run.began, 1),
    }
