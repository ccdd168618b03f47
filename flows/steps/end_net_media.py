"""What a run of net media tells at its end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from db.runs.store import Question
from db.statistics.store import list_totals
from flows.reporting.net_media_report import net_media_markdown
from flows.reporting.parts import publish
from flows.steps.net_media_run import NetMediaRun
from flows.steps.worker import Worker
from flows.wording import words


def tell(
    worker: Worker, flow: str, run: NetMediaRun, state: str, message: str | None, questions: list[Question]
) -> dict[str, Any]:
    """Makes the operator's report; returns the run as JSON."""
    report = run_report(run, flow, state, worker.warnings)
    totals = worker.session.again(lambda connection: list_totals(connection, run.today))
    said = words(worker.settings.language)
    text = net_media_markdown(report, message, worker.source, questions=questions, totals=totals, said=said)
    publish(text, flow, "net_media", report, said)
    return report


def run_report(run: NetMediaRun, flow: str, state: str, warnings: Sequence[str] = ()) -> dict[str, Any]:
    """The run as `patronsync net-media --json` prints it (docs/reference/runs.md)."""
    counts = run.counts
    return {
        "run": run.run_id,
        "flow": flow,
        "today": run.today.isoformat(),
        "dry_run": run.dry_run,
        "state": state,
        "patrons": counts.patrons(),
        "services": counts.services(),
        "held": sorted(alarm.part for alarm in run.alarms if alarm.part is not None),
        "look_ups": 0,
        "changes": dict(counts.changes),
        "outcomes": dict(counts.outcomes),
        "warnings": list(warnings),
        "seconds": round(time.monotonic() - run.began, 1),
    }
