"""What a run of retention tells at its end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from db.retention.store import past_outcomes
from db.runs.store import Question
from flows.observability import notices
from flows.reporting.parts import publish
from flows.reporting.retention_report import retention_markdown
from flows.reporting.retention_words import rules_with_numbers
from flows.steps.retention_run import RetentionRun
from flows.steps.worker import Worker
from flows.wording import words

DRAWN = 30
"""So many of the latest runs are drawn."""


def tell(
    worker: Worker, flow: str, run: RetentionRun, state: str, message: str | None, questions: list[Question]
) -> dict[str, Any]:
    """Makes the operator's report; returns the run as JSON."""
    report = run_report(run, flow, state, worker.warnings)
    past = worker.session.again(lambda connection: past_outcomes(connection, DRAWN))
    said = words(worker.settings.language)
    text = retention_markdown(report, message, worker.source, questions=questions, past=past, said=said)
    publish(text, flow, "retention", report, said)
    overdue = {rule["rule"]: rule["overdue"] for rule in report["rules"] if rule["overdue"]}
    if overdue and state == "failed" and not run.dry_run:
        notices.tell(notices.OVERDUE, {"rules": rules_with_numbers(overdue), "run": run.run_id})
    return report


def run_report(run: RetentionRun, flow: str, state: str, warnings: Sequence[str] = ()) -> dict[str, Any]:
    """The run as `patronsync retention --json` prints it (docs/reference/runs.md)."""
    counts = run.counts
    return {
        "run": run.run_id,
        "flow": flow,
        "today": run.today.isoformat(),
        "dry_run": run.dry_run,
        "state": state,
        "rules": counts.as_list(),
        "held": sorted(alarm.part for alarm in run.alarms if alarm.part is not None),
        "lost_unbilled": counts.lost_unbilled,
        "look_ups": 0,
        "changes": dict(counts.changes),
        "warnings": [*warnings, *run.warnings],
        "seconds": round(time.monotonic() - run.began, 1),
    }
