"""The steps of a night by the names of their flows, without importing a flow: that costs a second."""

from __future__ import annotations

from typing import NamedTuple

from flows.settings import Settings


class Step(NamedTuple):
    """One flow that runs every night. `weekdays_only`: not at the weekend, when the registry has nothing new."""

    flow: str
    weekdays_only: bool = False


REFRESH = Step("registry-refresh", weekdays_only=True)
GUARDIANS = Step("guardian-links")
NET_MEDIA = Step("net-media-eligibility")
RETENTION = Step("retention-cleanup")

STEPS: tuple[Step, ...] = (REFRESH, GUARDIANS, NET_MEDIA, RETENTION)
"""In the order of a night."""


def expected_steps(settings: Settings) -> tuple[Step, ...]:
    """The steps that a night of these settings has."""
    return tuple(step for step in STEPS if step is not GUARDIANS or settings.guardians)
