"""Kinds of notices to whoever runs the nights, and the events by which a run tells what no state of it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FAILED = "a run that failed"
LATE = "a night that is late"
TOO_LONG = "a run that takes too long"
WAITS = "a run that waits for a word"
CERTIFICATE = "a certificate that expires"
OVERDUE = "a proof of retention that is not zero"

CODES = (FAILED, LATE, TOO_LONG, WAITS, CERTIFICATE, OVERDUE)
"""All of them."""

SECTIONS = ("notice_subject", "notice", "notice_when")
"""Where the wording has the words of each."""

EVENTS = {CERTIFICATE: "patronsync.certificate.expires", OVERDUE: "patronsync.retention.overdue"}
"""Code -> the event of Prefect's that a run emits."""


def tell(code: str, values: Mapping[str, Any]) -> None:
    """Emits the event of a notice; `values` are what its words need: numbers and rules, nothing personal.

    A server that can't be reached is no reason for a run to fail: Prefect's client sends in the background.
    """
    from prefect.events import emit_event

    event = EVENTS[code]
    emit_event(event=event, resource={"prefect.resource.id": event}, payload=dict(values))
