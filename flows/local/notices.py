"""Notices of what needs a hand: automations of Prefect's server, which live when worker and runs are dead.

A webhook is called by the server itself, by a block of Prefect's own kind. A mail is sent by a run of `notify`, since
the server has no SMTP: of a dead worker it can't tell. Runs of other teams on the server are not ours to tell of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flows.local.automations import RUN, TAG
from flows.observability.notices import CERTIFICATE, EVENTS, FAILED, LATE, OVERDUE, TOO_LONG, WAITS
from flows.settings import Settings
from flows.wording import words

BLOCK = "patronsync-webhook"
"""The name of our block of the type Webhook."""

NIGHT = "nightly"
NOTIFY = "notify"
"""The deployment that sends mail. Of itself nothing is told: it would never end."""

_PREFIX = "patronsync: tell of "
_BAD = ("Failed", "Crashed", "TimedOut")
_ENDED = (*_BAD, "Completed", "Cancelled", "Paused", "Suspended")
_BEGUN = ("Pending", "Running", "AwaitingConcurrencySlot", "Cancelled")

_VALUES = {
    "run": "{{ flow_run.name }}",
    "state": "{{ flow_run.state.name }}",
    "message": "{{ flow_run.state.message or '' }}",
    "link": "{{ flow_run|ui_url }}",
    "days": "{{ event.payload.days }}",
    "rules": "{{ event.payload.rules }}",
}
"""What the server puts into the words when it tells."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """When to tell: on an event, or where one that was to follow another did not come within a time."""

    on: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    within: timedelta = timedelta(0)
    deployments: tuple[str, ...] = ()


def triggers(settings: Settings, deployments: Sequence[str]) -> dict[str, Trigger]:
    """Code of a notice -> when it is given; `deployments`: ours, by name."""
    told_of = tuple(name for name in deployments if name != NOTIFY)
    return {
        FAILED: Trigger(on=_states(*_BAD), deployments=told_of),
        WAITS: Trigger(on=_states("Paused", "Suspended"), deployments=told_of),
        LATE: Trigger(
            after=_states("Late"),
            on=_states(*_BEGUN),
            within=timedelta(minutes=settings.notify_late_after_minutes),
            deployments=(NIGHT,),
        ),
        TOO_LONG: Trigger(
            after=_states("Running"),
            on=_states(*_ENDED),
            within=timedelta(hours=settings.notify_longer_than_hours),
            deployments=told_of,
        ),
        CERTIFICATE: Trigger(on=(EVENTS[CERTIFICATE],)),
        OVERDUE: Trigger(on=(EVENTS[OVERDUE],)),
    }


def _states(*names: str) -> tuple[str, ...]:
    return tuple(f"{RUN}{name}" for name in names)


def automation_names(settings: Settings) -> list[str]:
    """The names of all automations that may be ours to make, or to take away."""
    return [_PREFIX + code for code in triggers(settings, ())]


def wanted_automations(settings: Settings, deployments: Mapping[str, Any], block_id: Any) -> list[Any]:
    """The automations as they should be: none where nobody is told. `deployments`: name -> id on the server."""
    from prefect.events.actions import CallWebhook, RunDeployment
    from prefect.events.schemas.automations import AutomationCore

    if not settings.notifies:
        return []
    said = words(settings.language)
    wanted = []
    for code, trigger in triggers(settings, list(deployments)).items():
        subject, text = said.say("notice_subject", code, **_VALUES), said.say("notice", code, **_VALUES)
        actions: list[Any] = []
        if block_id is not None:
            actions.append(CallWebhook(block_document_id=block_id, payload=payload(subject, text)))
        if settings.email_addresses():
            actions.append(
                RunDeployment(
                    source="selected",
                    job_variables=None,
                    deployment_id=deployments[NOTIFY],
                    parameters={"notice": code, "subject": _rendered(subject), "text": _rendered(text)},
                )
            )
        wanted.append(
            AutomationCore(
                name=_PREFIX + code,
                description=said.say("notice_when", code),
                trigger=_as_event(trigger),
                actions=actions,
            )
        )
    return wanted


def payload(subject: str, text: str) -> str:
    """The webhook's JSON, as a template: whatever is put in, it stays JSON. Chat programs show the key `text`."""
    return "{% set text %}" + f"{subject}\n{text}" + '{% endset %}{"text": {{ text | trim | tojson }}}'


def _rendered(template: str) -> dict[str, str]:
    """A parameter that the server renders."""
    return {"__prefect_kind": "jinja", "template": template}


def _as_event(trigger: Trigger) -> Any:
    from prefect.events.schemas.automations import EventTrigger, Posture
    from prefect.events.schemas.events import ResourceSpecification

    if not trigger.deployments:
        return EventTrigger(posture=Posture.Reactive, expect=set(trigger.on), threshold=1)
    related: list[dict[str, str | list[str]] | ResourceSpecification] = [
        {"prefect.resource.role": "tag", "prefect.resource.id": f"prefect.tag.{TAG}"},
        {"prefect.resource.role": "deployment", "prefect.resource.name": list(trigger.deployments)},
    ]
    return EventTrigger(
        posture=Posture.Proactive if trigger.after else Posture.Reactive,
        match={"prefect.resource.id": f"{RUN}*"},
        match_related=related,
        after=set(trigger.after),
        expect=set(trigger.on),
        for_each={"prefect.resource.id"},
        threshold=1,
        within=trigger.within,
    )


def put_block(client: Any, settings: Settings) -> Any:
    """Makes the webhook's block, or brings it up to date; its id, or None where no webhook is set: none is kept."""
    from prefect.blocks.webhook import Webhook
    from prefect.exceptions import ObjectNotFound
    from prefect.types import SecretDict

    url = settings.notify_webhook_url
    if url is not None:
        block = Webhook(url=url, headers=SecretDict({"Content-Type": "application/json"}))
        return block.save(BLOCK, overwrite=True)
    try:
        there = client.read_block_document_by_name(BLOCK, block_type_slug=Webhook.get_block_type_slug())
    except ObjectNotFound:
        return None
    client.delete_block_document(there.id)
    return None
