"""Flow `registry-refresh`: every patron's name, address and municipality fresh from the civil registry."""

from __future__ import annotations

from functools import partial
from typing import Any

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from pydantic import PositiveInt

from cpr_client import open_client
from flows.observability.redaction import scrubbed
from flows.parameters import PatronNumber, RefreshScope, Today
from flows.steps.begin_refresh import begin
from flows.steps.certificate import warn_of_certificate
from flows.steps.end_refresh import tell
from flows.steps.ending import to_its_end
from flows.steps.listening import told
from flows.steps.worker import open_worker

FLOW = "registry-refresh"

LONGEST = 6 * 3600
"""Seconds after which a run is broken off; what it had not applied is still due."""


def run_name() -> str:
    """What the run does, without a person in it: "refresh 12 patrons, dry run"."""
    given = runtime.flow_run.parameters
    scope = getattr(given.get("scope"), "value", given.get("scope")) or "due"
    whom = f"{len(given.get('patron_numbers') or [])} patrons" if scope == "patrons" else scope
    extra = [f"at most {given['limit']}"] if given.get("limit") else []
    extra += [f"today {given['today']}"] if given.get("today") else []
    extra += ["dry run"] if given.get("dry_run") else []
    return ", ".join([f"refresh {whom}", *extra])


@flow(name=FLOW, flow_run_name=run_name, persist_result=False, timeout_seconds=LONGEST)
def registry_refresh(
    scope: RefreshScope = RefreshScope.due,
    patron_numbers: list[PatronNumber] | None = None,
    limit: PositiveInt | None = None,
    dry_run: bool = False,
    today: Today = None,
) -> State[Any]:
    """Asks the civil registry about patrons and brings them up to date.

    Args:
        scope: due - those whose day has come; all - everyone but the dead who has not been asked about today;
            quarantined - those in quarantine, not yet today; patrons - the ones named below, asked again even if they
            were today.
        patron_numbers: Patron numbers, for the scope "patrons" alone. Never CPR numbers.
        limit: At most so many patrons; the others stay due.
        dry_run: Ask and report what would change, but change nothing.
        today: The day to work by, if not today; a day ahead is possible in a dry run alone.
    """
    asked = {"limit": limit, "dry_run": dry_run, "today": today}
    return told(lambda: _refresh(scope, patron_numbers or [], **asked))


def _refresh(scope: RefreshScope, patron_numbers: list[str], **asked: Any) -> State[Any]:
    with scrubbed(), open_worker() as worker:
        warn_of_certificate(worker, get_run_logger().warning, tell=not asked["dry_run"])
        refresh = begin(worker, FLOW, scope, patron_numbers, **asked, say=get_run_logger().info)

        def work() -> None:
            with open_client(worker.settings.registry_config()) as client:
                refresh.run(client)

        return to_its_end(worker, FLOW, refresh, work, partial(tell, worker, FLOW, refresh))
