"""What a run of guardians tells at its end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from db.patrons.store import list_cases
from db.runs.store import Question
from flows.reporting.guardian_report import publish
from flows.steps.guardian_run import GuardianRun
from flows.steps.worker import Worker
from mappers.cases import ABOUT_GUARDIANS


def tell(
    worker: Worker, flow: str, run: GuardianRun, state: str, message: str | None, questions: list[Question]
) -> dict[str, Any]:
    """Makes the operator's report; returns the run as JSON."""
    if state == "failed":
        run.take_stock()
    report = run_report(run, flow, state, worker.warnings)
    cases = worker.session.again(lambda connection: list_cases(connection, run.today))
    about = [case for case in cases if case.kind in ABOUT_GUARDIANS]
    publish(report, message, worker.source, cases=about, questions=questions, language=worker.settings.language)
    return report


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
