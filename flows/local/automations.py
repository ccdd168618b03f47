"""The automation without which a killed run stays "running" for ever: no heartbeat, so it has crashed.

A worker that lives sees its runs die and says so at once. Where the worker dies with them, nobody does.
Runs tagged `patronsync` alone are meant, those of the command line among them: other teams may share the server.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

TAG = "patronsync"
NAME = "patronsync: a run without a heartbeat has crashed"
HEARTBEAT = 30
"""Seconds between two heartbeats of a run: the least that Prefect takes."""

SILENCE = timedelta(seconds=80)
"""A run that has sent none for so long is dead: with the look every few seconds, within two minutes."""

_RUN = "prefect.flow-run."
_ENDED = ("Completed", "Failed", "Cancelled", "Crashed", "Paused", "Suspended")


def put_automations() -> list[str]:
    """Makes the automations on the Prefect server in use, or brings them up to date; returns their names."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.objects import StateType
    from prefect.events.actions import ChangeFlowRunState
    from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

    wanted = AutomationCore(
        name=NAME,
        description="Marks runs of patronsync as crashed whose process and worker are gone; the next run goes on.",
        trigger=EventTrigger(
            posture=Posture.Proactive,
            match={"prefect.resource.id": f"{_RUN}*"},
            match_related={"prefect.resource.role": "tag", "prefect.resource.id": f"prefect.tag.{TAG}"},
            after={f"{_RUN}heartbeat"},
            expect={f"{_RUN}heartbeat", *(f"{_RUN}{state}" for state in _ENDED)},
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
    with get_client(sync_client=True) as client:
        there = client.read_automations_by_name(NAME)
        # One that is as it should be is left alone: an update would forget the runs that it is watching.
        right = [one for one in there if _what(one) == _what(wanted)]
        if not right:
            client.create_automation(wanted)
        for other in there:
            if other not in right[:1]:
                client.delete_automation(other.id)
    return [NAME]


def _what(automation: Any) -> Any:
    """What an automation does, without the numbers that the server gives its parts."""
    told = automation.model_dump(mode="json", include={"name", "description", "enabled", "trigger", "actions"})
    told["trigger"].pop("id", None)
    for names in ("after", "expect", "for_each"):
        told["trigger"][names] = sorted(told["trigger"][names])
    return told
