"""Flow `retention-cleanup`: what the library promised to forget is gone the next morning."""

from __future__ import annotations

from functools import partial
from typing import Any

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger

from flows.observability.redaction import scrubbed
from flows.parameters import Today
from flows.steps.begin_retention import begin
from flows.steps.end_retention import tell
from flows.steps.ending import to_its_end
from flows.steps.listening import told
from flows.steps.worker import open_worker

FLOW = "retention-cleanup"

LONGEST = 4 * 3600
"""Seconds after which a run is broken off; what it had not applied is still due."""


def run_name() -> str:
    """What the run does, without a person in it: "retention, dry run"."""
    given = runtime.flow_run.parameters
    extra = [f"today {given['today']}"] if given.get("today") else []
    extra += ["dry run"] if given.get("dry_run") else []
    return ", ".join(["retention", *extra])


@flow(name=FLOW, flow_run_name=run_name, persist_result=False, timeout_seconds=LONGEST)
def retention_cleanup(dry_run: bool = False, today: Today = None) -> State[Any]:
    """Removes what fell due on or before today, rule by rule, and proves that nothing is overdue. Nobody is looked up.

    Args:
        dry_run: Report what would go, but remove nothing.
        today: The day to work by, if not today; a day ahead is possible in a dry run alone.
    """
    return told(lambda: _clean_up(dry_run=dry_run, today=today))


def _clean_up(**asked: Any) -> State[Any]:
    with scrubbed(), open_worker(need_registry=False) as worker:
        run = begin(worker, FLOW, **asked, say=get_run_logger().info)
        return to_its_end(worker, FLOW, run, run.run, partial(tell, worker, FLOW, run))
