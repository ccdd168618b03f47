"""What a night consists of, what depends on what, and what is left out (docs/reference/rules.md, "The night").

Pure: `today` and what has become of the steps so far are arguments. Steps bear the names of their flows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

REFRESH = "registry-refresh"
GUARDIANS = "guardian-links"
NET_MEDIA = "net-media-eligibility"
RETENTION = "retention-cleanup"


@dataclass(frozen=True, slots=True)
class Step:
    """A step. `needs`: the steps whose work it goes on with, directly or not."""

    name: str
    needs: tuple[str, ...] = ()


STEPS: tuple[Step, ...] = (
    Step(REFRESH),
    Step(GUARDIANS, needs=(REFRESH,)),
    Step(NET_MEDIA, needs=(REFRESH, GUARDIANS)),
    Step(RETENTION),
)
"""In the order in which they go. Guardians follow the custody that the refresh has brought, rights to net media the
municipality, and the patron group to which guardians move those who come of age. A promise to forget waits for nobody.
"""

DONE = "done"
INCOMPLETE = "incomplete"
FAILED = "failed"
WAITING = "waiting"
ABORTED = "aborted"
KILLED = "killed"
SKIPPED = "skipped"

WENT_THROUGH = frozenset({DONE, INCOMPLETE})
"""States of a step that did what could be done: what it left is due, and nobody is worse off for the steps after it."""

NOT_CHOSEN = "not chosen"
NOT_FAILED = "not failed"
WEEKEND = "weekend"
SWITCHED_OFF = "switched off"
NEEDS_FAILED = "needs failed"
NEEDS_WAITING = "needs waiting"
REGISTRY_DOWN = "registry down"

REASONS: tuple[str, ...] = (
    NOT_CHOSEN,
    NOT_FAILED,
    WEEKEND,
    SWITCHED_OFF,
    NEEDS_FAILED,
    NEEDS_WAITING,
    REGISTRY_DOWN,
)
"""Why a step is left out, or works without the registry."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has become of a step. `registry_down`: it stopped because the registry did not answer."""

    state: str
    registry_down: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What a night is asked to do. `steps`: those alone; empty: all that a night of that day consists of.

    `only_failed`: of these, those alone that have failed. `registry_anyway`: patrons are named, or a scope other than
    those who are due, so that the registry is asked at the weekend, too. `guardians`: whether they are mapped at all.
    """

    steps: frozenset[str] = frozenset()
    only_failed: frozenset[str] | None = None
    registry_anyway: bool = False
    guardians: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a step: it runs or is left out, with the reason; `because_of`: the step that is to blame.

    `look_ups`: whether it may ask the registry; where not, `reason` says why.
    """

    runs: bool
    look_ups: bool = True
    reason: str | None = None
    because_of: str | None = None


def is_weekend(today: date) -> bool:
    """Saturday and Sunday, when the registry's copy has not been refreshed since Friday night."""
    return today.isoweekday() >= 6


def decide(step: Step, today: date, outcomes: Mapping[str, Outcome], asked: Asked) -> Decision:
    """Whether a step runs tonight. `outcomes`: of the steps before it."""
    if asked.steps and step.name not in asked.steps:
        return Decision(False, reason=NOT_CHOSEN)
    if asked.only_failed is not None and step.name not in asked.only_failed:
        return Decision(False, reason=NOT_FAILED)
    if step.name == GUARDIANS and not asked.guardians:
        return Decision(False, reason=SWITCHED_OFF)
    without_registry = is_weekend(today) and not (asked.registry_anyway or _named(step.name, asked))
    if step.name == REFRESH and without_registry:
        return Decision(False, reason=WEEKEND)
    blocked = _blocked_by(step, outcomes)
    if blocked is not None:
        reason = NEEDS_WAITING if outcomes[blocked].state == WAITING else NEEDS_FAILED
        return Decision(False, reason=reason, because_of=blocked)
    if step.name == GUARDIANS:
        if without_registry:
            return Decision(True, look_ups=False, reason=WEEKEND)
        if REFRESH in outcomes and outcomes[REFRESH].registry_down:
            return Decision(True, look_ups=False, reason=REGISTRY_DOWN, because_of=REFRESH)
    return Decision(True)


def _named(name: str, asked: Asked) -> bool:
    """Who names a step wants it done, whatever the day."""
    return name in asked.steps or (asked.only_failed is not None and name in asked.only_failed)


def _blocked_by(step: Step, outcomes: Mapping[str, Outcome]) -> str | None:
    """The first of the steps it needs that did not go through; one that was left out for no fault blocks nobody."""
    for need in step.needs:
        if need in outcomes and outcomes[need].state not in WENT_THROUGH | {SKIPPED}:
            return need
    return None


def failed_steps(latest: Mapping[str, str], since: date, today: date) -> frozenset[str]:
    """The steps to run again: whose latest run by `since` or a later day is not done, or who had none and should have.

    One that waits for a word has not failed. With a step that failed go those that need it: they were left out for it,
    or worked on what it had left undone.
    """
    failed = {step.name for step in STEPS if latest.get(step.name, FAILED) not in (DONE, WAITING)}
    days = (since + timedelta(days=n) for n in range((today - since).days + 1))
    if REFRESH not in latest and all(is_weekend(day) for day in days):
        failed.discard(REFRESH)
    return frozenset(failed | {step.name for step in STEPS if failed & set(step.needs)})


def night_state(states: Collection[str]) -> str:
    """The night's own state, of those of its steps: the worst. What was left out counts for nothing by itself."""
    for state in (WAITING, FAILED, KILLED, ABORTED, INCOMPLETE):
        if state in states:
            return FAILED if state == KILLED else state
    return DONE
