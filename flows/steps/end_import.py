"""How an import ends: its state, and what it tells."""

from __future__ import annotations

import time
from dataclasses import asdict
from functools import partial
from typing import Any

from db.runs.store import Question
from flows.parameters import ExtractKind
from flows.reporting.import_report import publish
from flows.steps.ending import close, hold
from flows.steps.import_run import ImportRun
from flows.steps.listening import listener
from flows.steps.load_extract import Loaded
from flows.steps.operators_word import BrakeHeld
from flows.wording import words
from mappers.extracts.remarks import Remark


def end(run: ImportRun, flow: str, loaded: Loaded) -> tuple[str, str | None]:
    """Ends a run that went through: a line that was rejected makes it incomplete, and a brake makes it wait."""
    if run.brake.alarms:
        return hold(run.worker, flow, run, BrakeHeld(run.brake.alarms), partial(_tell, run, flow))
    state, message = _state(run, loaded)
    close(run.worker, run, state, message)
    listener().ended(_tell(run, flow, state, message, []), message)
    return state, message


def _state(run: ImportRun, loaded: Loaded) -> tuple[str, str | None]:
    said = words(run.worker.settings.language)["import"]
    counts = loaded.counts
    if loaded.rejected_file is not None:
        if counts.remarks.get(Remark.NOT_TAKEN):
            return "incomplete", said["all_or_none_message"].format(file=loaded.rejected_file)
        message = said["rejected_message"].format(rejected=counts.rejected, read=counts.read, file=loaded.rejected_file)
        if counts.register.nameless:
            message = f"{message} {said['nameless_message'].format(**asdict(counts.register))}"
        return "incomplete", message
    if counts.missing and not run.terms.approved:
        return "incomplete", said["approve_message"].format(codes=", ".join(counts.missing))
    if run.brake.skipped:
        return "done", said["kept_message"].format(**asdict(counts.register))
    return "done", None


def _tell(run: ImportRun, flow: str, state: str, message: str | None, questions: list[Question]) -> dict[str, Any]:
    """Makes the operator's report; returns the run as JSON."""
    report = _report(run, flow, state)
    publish(report, message, run.worker.source.database, questions, run.worker.settings.language)
    return report


def _report(run: ImportRun, flow: str, state: str) -> dict[str, Any]:
    """The run as `patronsync import --json` prints it (docs/reference/commands.md)."""
    loaded = run.counts.loaded
    assert loaded is not None
    return {
        "run": run.run_id,
        "flow": flow,
        "kind": run.asked.kind.value,
        "today": run.terms.today.isoformat(),
        "dry_run": run.dry_run,
        "state": state,
        "rows": run.counts.rows(),
        "changes": dict(loaded.counts.changes),
        "rejects": dict(loaded.rejects),
        "rejected_file": None if loaded.rejected_file is None else str(loaded.rejected_file),
        **_of_the_kind(run, loaded),
        "remarks": {remark.value: count for remark, count in loaded.counts.remarks.items() if count},
        "seconds": round(time.monotonic() - run.began, 1),
    }


def _of_the_kind(run: ImportRun, loaded: Loaded) -> dict[str, Any]:
    """What is told of one kind of file alone."""
    counts = loaded.counts
    if run.asked.kind is ExtractKind.agreements:
        return {
            "needs_approval": [] if run.terms.approved else list(counts.missing),
            "services": [asdict(service) for service in counts.services],
        }
    if run.asked.kind is ExtractKind.patrons:
        register = counts.register
        return {"register": {"gone": register.gone, "held": register.held, "back": register.back}}
    return {}
