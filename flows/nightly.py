"""Flow `nightly`: the whole night, each step a run of its own, and at its end one summary.

It has no time-out of its own: each step has one, which can break off a step that hangs because none is set around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from prefect import flow, runtime, tags
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger

from flows.guardian_links import guardian_links
from flows.local.automations import TAG
from flows.net_media_eligibility import net_media_eligibility
from flows.observability.redaction import scrubbed
from flows.parameters import NightStep, PatronNumber, RefreshScope, Today
from flows.registry_refresh import registry_refresh
from flows.retention_cleanup import retention_cleanup
from flows.steps.begin_night import Wish, begin, wait_for_words
from flows.steps.end_night import tell
from flows.steps.ending import to_its_end
from flows.steps.listening import told
from flows.steps.night_run import NightRun, StepFlow
from flows.steps.worker import open_worker
from mappers.night import GUARDIANS, NET_MEDIA, REFRESH, RETENTION, WAITING

FLOW = "nightly"


def run_name() -> str:
    """What the run does, without a person in it: "night, retention-cleanup alone, dry run"."""
    given = runtime.flow_run.parameters
    chosen = [getattr(step, "value", step) for step in given.get("steps") or []]
    extra = ["every step" if set(chosen) == set(NightStep) else f"{' and '.join(chosen)} alone"] if chosen else []
    extra += [f"what failed since {given['failed_since']}"] if given.get("failed_since") else []
    scope = getattr(given.get("scope"), "value", given.get("scope")) or "due"
    extra += [f"{len(given.get('patron_numbers') or [])} patrons"] if scope == "patrons" else []
    extra += [f"refresh {scope}"] if scope not in ("due", "patrons") else []
    extra += [f"today {given['today']}"] if given.get("today") else []
    extra += ["dry run"] if given.get("dry_run") else []
    return ", ".join(["night", *extra])


@flow(name=FLOW, flow_run_name=run_name, persist_result=False)
def nightly(
    steps: list[NightStep] | None = None,
    failed_since: Today = None,
    scope: RefreshScope = RefreshScope.due,
    patron_numbers: list[PatronNumber] | None = None,
    dry_run: bool = False,
    today: Today = None,
) -> State[Any]:
    """The night: refresh, guardians, net media, retention. Run again, it does only what is left.

    At weekends the registry is not asked. A step whose groundwork failed is left out; retention runs whatever happens.

    Args:
        steps: These steps alone, whatever the day of the week. None chosen: the whole night.
        failed_since: Only what has failed, or was not reached, on this day or later; and what depends on it.
        scope: Whom the refresh asks about. due - those whose day has come; all - everyone but the dead who has not been
            asked about today; quarantined - those in quarantine, not yet today; patrons - the ones named below, asked
            again even if they were today.
        patron_numbers: Patron numbers, for the scope "patrons" alone. Never CPR numbers.
        dry_run: Report what would change, but change nothing. The registry is asked all the same.
        today: The day to work by, if not today; a day ahead is possible in a dry run alone.
    """
    wish = Wish(tuple(steps or ()), failed_since, scope, tuple(patron_numbers or ()))
    return told(lambda: _night(wish, dry_run=dry_run, today=today))


def _night(wish: Wish, **asked: Any) -> State[Any]:
    with scrubbed(), open_worker(need_registry=False) as worker, tags(TAG):
        run, wish = begin(worker, FLOW, wish, **asked, say=get_run_logger().info)
        state = to_its_end(worker, FLOW, run, lambda: run.run(_flows(run, wish)), partial(tell, worker, FLOW, run))
        if run.state()[0] == WAITING:
            wait_for_words(worker, FLOW, run.run_id)
        return state


def _flows(run: NightRun, wish: Wish) -> Mapping[str, StepFlow]:
    """Step -> how its flow is run tonight."""
    asked: dict[str, Any] = {"dry_run": run.dry_run, "today": run.today}
    whom: dict[str, Any] = {"scope": wish.scope, "patron_numbers": list(wish.patron_numbers) or None}
    return {
        REFRESH: lambda decision: registry_refresh(**whom, **asked, return_state=True),
        GUARDIANS: lambda decision: guardian_links(no_look_ups=not decision.look_ups, **asked, return_state=True),
        NET_MEDIA: lambda decision: net_media_eligibility(**asked, return_state=True),
        RETENTION: lambda decision: retention_cleanup(**asked, return_state=True),
    }
