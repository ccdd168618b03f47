"""Flow `net-media-eligibility`: every patron's right to every net-media service follows what is known today."""

from __future__ import annotations

from functools import partial
from typing import Any

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger

from flows.observability.redaction import scrubbed
from flows.parameters import Today
from flows.steps.begin_net_media import begin
from flows.steps.end_net_media import tell
from flows.steps.ending import to_its_end
from flows.steps.listening import told
from flows.steps.worker import open_worker

FLOW = "net-media-eligibility"

LONGEST = 1 * 3600
"""Seconds after which a run is broken off; what it had not applied is still due."""


def run_name() -> str:
    """What the run does, without a person in it: "net media, dry run"."""
    given = runtime.flow_run.parameters
    extra = [f"today {given['today']}"] if given.get("today") else []
    extra += ["dry run"] if given.get("dry_run") else []
    return ", ".join(["net media", *extra])


@flow(name=FLOW, flow_run_name=run_name, persist_result=False, timeout_seconds=LONGEST)
def net_media_eligibility(dry_run: bool = False, today: Today = None) -> State[Any]:
    """Brings every patron's right to every net-media service up to date. The registry is not asked.

    Args:
        dry_run: Report what would change, but change nothing.
        today: The day to work by, if not today; a day ahead is possible in a dry run alone.
    """
    return told(lambda: _decide(dry_run=dry_run, today=today))


def _decide(**asked: Any) -> State[Any]:
    with scrubbed(), open_worker(need_registry=False) as worker:
        run = begin(worker, FLOW, **asked, say=get_run_logger().info)
        return to_its_end(worker, FLOW, run, run.run, partial(tell, worker, FLOW, run))
