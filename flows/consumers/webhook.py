"""Events by HTTP POST, signed as Standard Webhooks has it, in batches, in order, at least once.

A batch that is refused or not answered is tried again, later each time. One that still fails is sent event by event, so
that what can be delivered is, and a receiver too slow for a whole batch gets on; the event that cannot be ends it
(`Undelivered`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_base

from cpr_client.watch import CutOff, Watch
from flows.consumers.cloudevents import id_of
from flows.consumers.follow import Undelivered
from flows.errors import UsageError

REFUSED, UNREACHABLE, TIMEOUT, CERTIFICATE = "refused", "unreachable", "timeout", "certificate"
REASONS = (REFUSED, UNREACHABLE, TIMEOUT, CERTIFICATE)
"""Codes of why an event was not delivered."""

_LONGEST_WAIT = 60.0


@dataclass(frozen=True)
class Receiver:
    """Where to, and how: `tries` of each batch and event; `timeout` seconds in which one must be answered."""

    url: str
    secret: bytes
    ca: Path | None = None
    tries: int = 8
    timeout: float = 10.0
    first_wait: float = 0.5

    def __repr__(self) -> str:
        return f"<Receiver {urlsplit(self.url).hostname}>"


class _Failed(Exception):
    """One try has failed. `final`: another one would fail, too; `after`: seconds that the receiver asks for."""

    def __init__(self, reason: str, *, final: bool = False, after: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.final, self.after = reason, final, after


def check_url(url: str) -> None:
    """Raises `UsageError` where events would leave this machine unencrypted."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname and _is_loopback(parts.hostname):
        return
    raise UsageError(
        "The webhook's address must begin with https:// (http:// on the loopback interface alone).",
        "Give the receiver's https:// address.",
    )


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature` of Standard Webhooks, version 1: HMAC-SHA256 over id, time and body."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


class Webhook:
    """A sink that POSTs to a receiver. `consumer` goes into the messages' ids; `now`: seconds since 1970."""

    def __init__(self, receiver: Receiver, consumer: str, now: Callable[[], float]) -> None:
        check_url(receiver.url)
        self.receiver, self.consumer, self._now = receiver, consumer, now
        self._http = requests.Session()
        self._http.headers["User-Agent"] = "patronsync"
        self._http.trust_env = urlsplit(receiver.url).scheme != "http"  # no proxy leads to loopback
        self._watch = Watch()
        for scheme in ("https://", "http://"):
            self._http.mount(scheme, _Watched(self._watch))

    def __call__(self, events: Sequence[str]) -> None:
        """Delivers them all; raises `Undelivered`."""
        failed = self._try(events)
        if failed is None:
            return
        if len(events) == 1 or failed.final:
            raise Undelivered(0, failed.reason)
        for done, event in enumerate(events):
            failed = self._try([event])
            if failed is not None:
                raise Undelivered(done, failed.reason)

    def _try(self, events: Sequence[str]) -> _Failed | None:
        """Posts until it succeeds or is given up; why it was, None where it was not."""
        retrying = Retrying(
            retry=retry_if_exception(lambda error: isinstance(error, _Failed) and not error.final),
            stop=stop_after_attempt(self.receiver.tries),
            wait=_Wait(self.receiver.first_wait),
            reraise=True,
        )
        body = f"[{','.join(events)}]".encode()
        message_id = f"{self.consumer}.{id_of(events[0])}.{id_of(events[-1])}"
        try:
            retrying(self._post, message_id, body)
        except _Failed as failed:
            return failed
        return None

    def _post(self, message_id: str, body: bytes) -> None:
        timestamp = int(self._now())
        headers = {
            "Content-Type": "application/cloudevents-batch+json; charset=utf-8",
            "webhook-id": message_id.encode("ascii", "backslashreplace").decode(),
            "webhook-timestamp": str(timestamp),
        }
        headers["webhook-signature"] = signature(self.receiver.secret, headers["webhook-id"], timestamp, body)
        try:
            # The answer's body is not read: nobody needs it, and it may be without end.
            with (
                self._watch.until(time.monotonic() + self.receiver.timeout),
                self._http.post(
                    self.receiver.url,
                    data=body,
                    headers=headers,
                    timeout=self.receiver.timeout,
                    verify=str(self.receiver.ca) if self.receiver.ca else True,
                    allow_redirects=False,
                    stream=True,
                ) as answer,
            ):
                status, after = answer.status_code, answer.headers.get("Retry-After", "")
        except requests.exceptions.SSLError:
            raise _Failed(CERTIFICATE, final=True) from None
        except (requests.exceptions.Timeout, CutOff):
            raise _Failed(TIMEOUT) from None
        except requests.exceptions.RequestException:
            raise _Failed(UNREACHABLE) from None
        if not 200 <= status < 300:
            raise _Failed(REFUSED, after=float(after) if re.fullmatch("[0-9]{1,9}", after) else None)


class _Watched(HTTPAdapter):
    """Tells its sockets to a watch. The time-out of a socket begins anew with each byte: an answer that drips would be
    waited for without end.
    """

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        super().__init__()

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """The pool, whose connections are watched."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        if not hasattr(pool.ConnectionCls, "watch"):
            pool.ConnectionCls = self._watched(pool.ConnectionCls)
        return pool

    def _watched(self, connection: Any) -> Any:
        class Watched(connection):
            watch = self._watch

            def connect(self) -> None:
                super().connect()
                self.watch.uses(self.sock)

            def request(self, *args: Any, **kwargs: Any) -> None:
                self.watch.uses(self.sock)
                super().request(*args, **kwargs)

        return Watched


class _Wait(wait_base):
    """Twice as long each time; at least as long as the receiver asks for; never above a minute."""

    def __init__(self, first: float) -> None:
        self._first = first

    def __call__(self, retry_state: RetryCallState) -> float:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        asked = error.after if isinstance(error, _Failed) and error.after else 0.0
        return min(max(self._first * 2 ** (retry_state.attempt_number - 1), asked), _LONGEST_WAIT)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
