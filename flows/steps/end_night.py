"""What a night tells at its end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from db.runs.store import Question, RunRecord
from flows.reporting.nightly_report import publish
from flows.steps.night_run import NightRun
from flows.steps.worker import Worker

_INNER = ("tally", "batches", "stood", "notes")
"""Counts that a record keeps for going on with the run, not for people."""


def tell(
    worker: Worker, flow: str, run: NightRun, state: str, message: str | None, questions: list[Question]
) -> dict[str, Any]:
    """Makes the night's summary; returns the night as JSON."""
    report = night_report(run, flow, state, worker.warnings)
    publish(report, message, worker.source, questions=questions, language=worker.settings.language)
    return report


def night_report(run: NightRun, flow: str, state: str, warnings: Sequence[str] = ()) -> dict[str, Any]:
    """The night as `patronsync nightly --json` prints it (docs/reference/runs.md)."""
    counts = run.counts
    records = {record.run_id: record for record in counts.runs}
    steps = [{**step.as_dict(), **_of(records.get(step.run) if step.run else None)} for step in counts.steps]
    return {
        "run": run.run_id,
        "flow": flow,
        "today": run.today.isoformat(),
        "dry_run": run.dry_run,
        "state": state,
        "steps": steps,
        "runs": [record.run_id for record in counts.runs],
        "took_over": [{"run": one.run_id, "flow": one.flow} for one in counts.took_over],
        "look_ups": counts.look_ups,
        "changes": dict(counts.changes),
        "warnings": list(warnings),
        "seconds": round(time.monotonic() - run.began, 1),
    }


def _of(record: RunRecord | None) -> dict[str, Any]:
    """What a step's record says it has done; of a step without one, nothing."""
    if record is None:
        return {"counts": {}, "look_ups": 0, "changes": {}, "outcomes": {}, "seconds": 0.0}
    ended = record.ended_at or record.started_at
    return {
        "counts": {name: count for name, count in record.counts.items() if name not in _INNER},
        "look_ups": record.look_ups,
        "changes": record.changes,
        "outcomes": record.outcomes,
        "seconds": round((ended - record.started_at).total_seconds(), 1),
    }
