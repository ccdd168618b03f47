"""What a refresh tells at its end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from db.patrons.store import list_quarantine
from db.runs.store import Question
from flows.reporting.refresh_report import LISTED, publish
from flows.steps.refresh_run import Refresh
from flows.steps.worker import Worker


def tell(
    worker: Worker, flow: str, refresh: Refresh, state: str, message: str | None, questions: list[Question]
) -> dict[str, Any]:
    """Makes the operator's report; returns the run as JSON."""
    report = run_report(refresh, flow, state, worker.warnings)
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
    return report


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
        "registry_down": refresh.nobody_answers,
        "warnings": list(warnings),
        "seconds": round(time.monotonic() - refresh.began, 1),
    }
