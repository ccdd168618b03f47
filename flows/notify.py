"""Flow `notify`: a mail to whoever runs the nights, started by an automation of Prefect's server."""

from __future__ import annotations

from typing import Any

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed

from flows.observability.mail import send
from flows.observability.redaction import scrubbed
from flows.parameters import Notice
from flows.settings import current

FLOW = "notify"


def run_name() -> str:
    """What is told of: "notify of a run that failed"."""
    notice = runtime.flow_run.parameters.get("notice")
    return f"notify of {getattr(notice, 'value', notice)}"


@flow(name=FLOW, flow_run_name=run_name, persist_result=False, timeout_seconds=120, retries=3, retry_delay_seconds=120)
def notify(notice: Notice, subject: str, text: str) -> State[Any]:
    """Sends a mail to the addresses of the settings; to nobody where none are set.

    Args:
        notice: What the mail is about.
        subject: Its subject.
        text: Its text. Never a name, an address or a CPR number: Prefect keeps it.
    """
    with scrubbed():
        to = send(current(), subject, text)
        get_run_logger().info("sent to %s addresses", len(to))
        return Completed(message=f"sent to {len(to)} addresses" if to else "nobody is to be told by mail")
