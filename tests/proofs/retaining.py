"""One run of retention by the steps of the flow, in this process or in one of its own that may be killed."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from datetime import date
from multiprocessing.process import BaseProcess
from typing import Any

from flows.steps.begin_retention import begin
from flows.steps.end_retention import run_report
from pydantic import SecretStr

from db.runs import store
from db.session import Session
from flows.reporting.refresh_report import Source
from flows.settings import Settings
from flows.steps.worker import Worker
from tests.proofs.retention_oracle import Terms

RETENTION = "retention-cleanup"
WITHOUT_BRAKE = {"brake_retention_percent": 100.0}

Retain = Callable[[date], dict[str, Any]]
"""A run on a day, and its report."""

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.proofs.one_refresh", "tests.proofs.deciding", __name__])


def settings_of(terms: Terms, batch: int) -> dict[str, Any]:
    """The settings by which a run keeps to these terms, in batches of so many rows; no brake."""
    return {
        **WITHOUT_BRAKE,
        "retention_loans_days": terms.loans,
        "retention_reservations_days": terms.reservations,
        "retention_balances_days": terms.balances,
        "retention_messages_days": terms.messages,
        "message_kinds_without_material": ", ".join(sorted(terms.kinds_without_material)) or None,
        "retention_batch_size": batch,
    }


def retain(url: str, today: date, settings: dict[str, Any], dry_run: bool = False) -> dict[str, Any]:
    """A run, and its report."""
    chosen = Settings(database_url=SecretStr(url), registry_url="http://127.0.0.1:9/", **settings)
    with Session(url, "patronsync run") as run_session, Session(url, "patronsync") as session:
        worker = Worker(chosen, session, run_session, Source("test", "", None), None, False)
        run = begin(worker, RETENTION, dry_run=dry_run, today=today, say=lambda line: None)
        run.run()
        state, message = run.state()
        store.close_run(session.connection, run.run_id, state, message, run.counts.progress())
        return {**run_report(run, RETENTION, state), "message": message}


def retain_apart(url: str, today: date, settings: dict[str, Any]) -> BaseProcess:
    """The same in a process of its own, begun at once."""
    process = _processes.Process(target=retain, args=(url, today, settings), daemon=True)
    process.start()
    return process
