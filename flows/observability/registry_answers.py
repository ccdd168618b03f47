"""What the registry's address answers to an envelope that asks nothing, and what that means (`patronsync check`).

A GET tells nothing: the real services answer one with 200, 400, 404, 405 or a fault, as their servers please. An empty
envelope is turned away by a SOAP service, too, but in an envelope; whatever else is at the address has none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cpr_client import MalformedAnswer
from cpr_client.base_data.contract import SOAP_ACTIONS, SOAP_ENVELOPE
from cpr_client.base_data.envelope import parse

EMPTY = f'<e:Envelope xmlns:e="{SOAP_ENVELOPE}"><e:Body/></e:Envelope>'.encode()
"""Asks about nobody."""

READ_AT_MOST = 64 * 1024
"""Bytes of an answer: a fault has a few hundred."""

_URL = "PATRONSYNC_REGISTRY_URL"
_LOOK_AT_URL = f"Look at {_URL}, down to the path: it is written in the service's agreement."
_LET_IN = (
    "Ask the provider whether PATRONSYNC_REGISTRY_CERTIFICATE is registered for the service agreement; "
    "PATRONSYNC_REGISTRY_SERVICE_AGREEMENT_UUID and its companions must be those of the agreement."
)
_HTML = re.compile(rb"\s*(?:<!DOCTYPE\s+html|<html|<head|<body)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heard:
    """What an answer means. `ok` None: it may be the registry, or not."""

    ok: bool | None
    said: str
    remedy: str = ""


def headers(version: str) -> dict[str, str]:
    """Of the empty envelope: as a question in this version of the service has them."""
    action = f'"{SOAP_ACTIONS[version]}"'
    return {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": action, "User-Agent": "patronsync"}


def heard(status: int, body: bytes) -> Heard:
    """What the answer to `EMPTY` means, by its HTTP status and the beginning of its body. Nothing of it is repeated."""
    if status in (401, 403):
        return Heard(False, f"does not let us in (HTTP {status})", _LET_IN)
    if status == 407:
        remedy = "Look at HTTPS_PROXY, or except the host in NO_PROXY."
        return Heard(False, "the proxy asks for a name and password (HTTP 407)", remedy)
    if status in (429, 503):
        remedy = "Try again later; if it lasts, ask the provider. A night waits for it, and the next does what is left."
        return Heard(False, f"is there, but not in service (HTTP {status})", remedy)
    if _is_envelope(body):
        return Heard(True, "answers as a SOAP service")
    if 300 <= status < 400:
        return Heard(False, f"sends us elsewhere (HTTP {status}), where nobody is asked", _LOOK_AT_URL)
    if status in (404, 405, 410):
        return Heard(False, f"no service is at this address (HTTP {status})", _LOOK_AT_URL)
    if _HTML.match(body):
        return Heard(False, f"a web page is at this address, not the service (HTTP {status})", _LOOK_AT_URL)
    if status >= 500:
        remedy = f"Try again later; if it lasts, look at {_URL} and ask the provider."
        return Heard(False, f"fails (HTTP {status}, no fault of a SOAP service)", remedy)
    if status >= 400:
        remedy = "A look-up would tell: set PATRONSYNC_REGISTRY_TEST_NUMBER to one of the provider's test numbers."
        return Heard(None, f"is there, but turns an empty question away without a word (HTTP {status})", remedy)
    return Heard(False, f"answers, but not as a SOAP service (HTTP {status})", _LOOK_AT_URL)


def _is_envelope(body: bytes) -> bool:
    """SOAP's, of whichever version."""
    try:
        return str(parse(body).tag).endswith("}Envelope")
    except MalformedAnswer:
        return False
