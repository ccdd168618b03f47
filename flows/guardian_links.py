"""Flow `guardian-links`: who a child's guardians are follows custody, and staff see what must be looked at."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from typing import Any

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger

from cpr_client import open_client
from flows.observability.redaction import scrubbed
from flows.parameters import Today
from flows.steps.begin_guardians import begin
from flows.steps.certificate import warn_of_certificate
from flows.steps.end_guardians import tell
from flows.steps.ending import to_its_end
from flows.steps.listening import told
from flows.steps.worker import open_worker

FLOW = "guardian-links"

LONGEST = 3 * 3600
"""Seconds after which a run is broken off; what it had not applied is still due."""


def run_name() -> str:
    """What the run does, without a person in it: "guardians, no look-ups, dry run"."""
    given = runtime.flow_run.parameters
    extra = ["no look-ups"] if given.get("no_look_ups") else []
    extra += [f"today {given['today']}"] if given.get("today") else []
    extra += ["dry run"] if given.get("dry_run") else []
    return ", ".join(["guardians", *extra])


@flow(name=FLOW, flow_run_name=run_name, persist_result=False, timeout_seconds=LONGEST)
def guardian_links(no_look_ups: bool = False, dry_run: bool = False, today: Today = None) -> State[Any]:
    """Links every child to who holds custody today, compares who has signed, and raises cases for staff.

    Args:
        no_look_ups: Ask the registry about nobody; apply what is known and what dates decide (birthdays, custody that
            begins or ends).
        dry_run: Report what would change, but change nothing. Guardians are looked up all the same.
        today: The day to work by, if not today; a day ahead is possible in a dry run alone.
    """
    return told(lambda: _links(not no_look_ups, dry_run=dry_run, today=today))


def _links(look_ups: bool, **asked: Any) -> State[Any]:
    with scrubbed(), open_worker(need_registry=look_ups) as worker:
        if look_ups:
            warn_of_certificate(worker, get_run_logger().warning)
        run = begin(worker, FLOW, look_ups=look_ups, **asked, say=get_run_logger().info)

        def work() -> None:
            asks = look_ups and run.look_ups
            with open_client(worker.settings.registry_config()) if asks else nullcontext() as client:
                run.run(client)

        return to_its_end(worker, FLOW, run, work, partial(tell, worker, FLOW, run))
