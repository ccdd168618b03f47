"""One run of retention by the steps of the flow, in this process or in one of its own that may be killed."""

from __future__ import annotations

import multiprocessing
from datetime import date
from multiprocessing.process import BaseProcess
from typing import Any

from pydantic import SecretStr

from db.connect import connect
from db.runs import store
from db.session import Session
from flows.reporting.refresh_report import Source
from flows.settings import Settings
from flows.steps.begin_retention import begin
from flows.steps.end_retention import run_report
from flows.steps.retention_look import only_looking, overdue_all, terms_of
from flows.steps.worker import Worker
from tests.proofs.retention_oracle import Terms

RETENTION = "retention-cleanup"

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(
    ["tests.proofs.one_refresh", "tests.proofs.deciding", __name__, "tests.proofs.frozen"]
)


def settings_of(terms: Terms) -> dict[str, Any]:
    """The settings by which a run keeps to these terms; no brake."""
    return {
        "brake_retention_removed_percent": 100.0,
        "retention_loans_days": terms.loans,
        "retention_reservations_days": terms.reservations,
        "retention_balances_days": terms.balances,
        "retention_messages_days": terms.messages,
        "message_kinds_without_material": ", ".join(sorted(terms.kinds_without_material)) or None,
    }


def retain(url: str, today: date, settings: dict[str, Any], batch: int, dry_run: bool = False) -> dict[str, Any]:
    """A run in batches of so many rows, and its report."""
    with Session(url, "patronsync run") as run_session, Session(url, "patronsync") as session:
        worker = Worker(_chosen(url, settings), session, run_session, Source("test", "", None), None, False)
        run = begin(worker, RETENTION, dry_run=dry_run, today=today, say=lambda line: None)
        run.batch_size = batch
        run.run()
        state, message = run.state()
        store.close_run(session.connection, run.run_id, state, message, run.counts.progress())
        return {**run_report(run, RETENTION, state), "message": message}


def prove(url: str, today: date, settings: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """The morning's proof alone: rule -> rows overdue, rows that a hold keeps."""
    with connect(url, autocommit=True) as connection, only_looking(connection):
        found = overdue_all(connection, terms_of(_chosen(url, settings), today))
        return {rule: (overdue.rows, overdue.held) for rule, overdue in found.items()}


def retain_apart(url: str, today: date, settings: dict[str, Any], batch: int) -> BaseProcess:
    """The same in a process of its own, begun at once."""
    process = _processes.Process(target=retain, args=(url, today, settings, batch), daemon=True)
    process.start()
    return process


def _chosen(url: str, settings: dict[str, Any]) -> Settings:
    """Settings that name the database, and a registry that is never asked."""
    return Settings(database_url=SecretStr(url), registry_url="http://127.0.0.1:9/", **settings)
