"""What an answer other than a person means: the contract's faults, read by zeep, and HTTP's own codes.

No text of a fault is ever passed on, since faults may quote the question; a code only where it looks like one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import zeep.exceptions

from cpr_client.base_data.contract import OPERATION
from cpr_client.base_data.envelope import FAULT, Element, content, parse
from cpr_client.connection import SETTING
from cpr_client.errors import (
    MalformedAnswer,
    PersonNotFound,
    RegistryBusy,
    RegistryError,
    RegistryUnavailable,
    RequestRefused,
)

_NOT_FOUND = ("pnr not found", "pnrnotfound")
"""Both spellings that the registry is known to use."""

_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,40}")
_LIKE_A_NUMBER_OR_DATE = re.compile(r"(?:[0-9][.:_-]?){6}")

_REFUSALS = {
    401: f"the registry does not know us (HTTP 401): look at {SETTING}CERTIFICATE and the service agreement",
    403: f"the registry does not let us ask (HTTP 403): look at {SETTING}CERTIFICATE and the service agreement",
    404: f"no registry answers at this address (HTTP 404): look at {SETTING}URL",
    407: "the proxy asks for a name and password (HTTP 407): look at the environment's HTTPS_PROXY",
}


def error_of(client: Any, status: int, headers: Mapping[str, str], body: bytes) -> RegistryError:
    """The error that an HTTP answer other than 200 stands for. `client` is `zeep_contract.load`'s."""
    if status in (429, 503):
        wait = retry_after(headers)
        advice = f"the registry is busy (HTTP {status})"
        return RegistryBusy(advice if wait is None else f"{advice} and asks to wait {wait:.0f} s", wait)
    if status in (401, 403, 407):
        return RequestRefused(_REFUSALS[status])
    fault = _fault_in(body)
    if fault is not None:
        return fault_error(client, fault)
    if status >= 500:
        return RegistryUnavailable(f"the registry failed (HTTP {status}, no fault of the contract)")
    if 300 <= status < 400:
        return RequestRefused(f"the address leads elsewhere (HTTP {status}): look at {SETTING}URL")
    if status >= 400:
        return RequestRefused(_REFUSALS.get(status) or f"the registry refuses the request (HTTP {status})")
    return MalformedAnswer("Envelope", f"is missing: HTTP {status} where 200 was expected")


def fault_error(client: Any, fault: Element) -> RegistryError:
    """The error that a SOAP fault stands for: `PersonNotFound`, else `RequestRefused` with the fault's codes."""
    said, codes = _read(client, fault)
    if any(spelling in said.lower() for spelling in _NOT_FOUND):
        return PersonNotFound()
    shown = tuple(dict.fromkeys(code for code in codes if _looks_like_a_code(code)))
    return RequestRefused(
        "the registry refuses the request with a fault"
        + (f" ({', '.join(shown)})" if shown else "")
        + f": look at the service agreement and at {SETTING}SERVICE_AGREEMENT_UUID and its companions",
        shown,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the registry asks to wait, None where it does not say so in a way that can be read.

    A date is held against the answer's own `Date`: the registry's clock, not ours.
    """
    written = headers.get("Retry-After", "").strip()
    if written.isascii() and written.isdigit():
        return float(written[:9])
    try:
        wait = parsedate_to_datetime(written) - parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):
        return None
    return max(0.0, wait.total_seconds())


def _fault_in(body: bytes) -> Element | None:
    try:
        held = content(parse(body))
    except MalformedAnswer:
        return None
    return held if held.tag == FAULT else None


def _read(client: Any, fault: Element) -> tuple[str, list[str]]:
    """All that the fault says, as one text, and its codes."""
    binding = client.service._binding
    try:
        binding.process_error(fault.getroottree().getroot(), binding.get(OPERATION))
    except zeep.exceptions.Fault as read:
        codes = [read.code or ""]
    # zeep leaves the detail as it is, since any number of errors may stand there, declared or not.
    codes += [element.text or "" for element in fault.iter("{*}ErrorCode")]
    said = " ".join(text for element in fault.iter() for text in (element.text or "").split())
    return said, [code.strip() for code in codes]


def _looks_like_a_code(code: str) -> bool:
    """No text, and nothing that could be a CPR number or a date cut from one."""
    return bool(_CODE.fullmatch(code)) and not _LIKE_A_NUMBER_OR_DATE.search(code)
