"""The automation without which a killed run stays "running" for ever: no heartbeat, so it has crashed.

A worker that lives sees its runs die and says so at once. Where the worker dies with them, nobody does.
Runs tagged `patronsync` alone are meant, those of the command line among them: other teams may share the server.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

TAG = "patronsync"
NAME = "patronsync: a run without a heartbeat has crashed"
HEARTBEAT = 30
"""Seconds between two heartbeats of a run: the least that Prefect takes."""

HEARTBEATS = {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT)}
"""By which the process of a run sends them."""

SILENCE = timedelta(seconds=80)
"""A run that has given no sign of life for so long is dead: with the look every few seconds, within two minutes."""

RUN = "prefect.flow-run."
"""How the events of runs, and their ids as resources, begin."""

_LIVES = (f"{RUN}Pending", f"{RUN}Running", f"{RUN}heartbeat")
"""After these more is to come. The first two as well: a run may be killed before it begins, or before its first
heartbeat has gone out."""

_ENDED = ("Completed", "Failed", "Cancelled", "Crashed", "Paused", "Suspended")


def dead_runs() -> Any:
    """The automation that marks dead runs as crashed."""
    from prefect.client.schemas.objects import StateType
    from prefect.events.actions import ChangeFlowRunState
    from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

    return AutomationCore(
        name=NAME,
        description="Marks runs of patronsync as crashed whose process and worker are gone; the next run goes on.",
        trigger=EventTrigger(
            posture=Posture.Proactive,
            match={"prefect.resource.id": f"{RUN}*"},
            match_related={"prefect.resource.role": "tag", "prefect.resource.id": f"prefect.tag.{TAG}"},
            after=set(_LIVES),
            expect={*_LIVES, *(f"{RUN}{state}" for state in _ENDED)},
            for_each={"prefect.resource.id"},
            threshold=1,
            within=SILENCE,
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED,
                name="Crashed",
                force=False,
                message="No heartbeat: the process is gone. What it had applied stays; the next run does the rest.",
            )
        ],
    )


def put_automations(client: Any, wanted: Sequence[Any], names: Collection[str]) -> list[str]:
    """Makes these automations on the Prefect server in use, or brings them up to date, and returns their names.

    Of the automations called `names` those that are not wanted are taken away; all others are somebody else's.
    """
    for one in wanted:
        there = client.read_automations_by_name(one.name)
        # One that is as it should be is left alone: an update would forget the runs that it is watching.
        right = [found for found in there if _what(found) == _what(one)]
        if not right:
            client.create_automation(one)
        for other in there:
            if other not in right[:1]:
                client.delete_automation(other.id)
    left = {one.name for one in wanted}
    for name in names:
        for other in client.read_automations_by_name(name) if name not in left else ():
            client.delete_automation(other.id)
    return [one.name for one in wanted]


def _what(automation: Any) -> Any:
    """What an automation does, without the numbers that the server gives its parts."""
    told = automation.model_dump(mode="json", include={"name", "description", "enabled", "trigger", "actions"})
    told["trigger"].pop("id", None)
    for names in ("after", "expect", "for_each"):
        told["trigger"][names] = sorted(told["trigger"][names])
    return told
