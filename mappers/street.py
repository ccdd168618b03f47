"""The parts of a street address as the library keeps and writes them (docs/reference/rules.md, "Address")."""

from __future__ import annotations

import re

from cpr_client.errors import MalformedAnswer

_CARE_OF = re.compile(r"(?:c/o\s*)+", re.IGNORECASE)


def without_zeros(part: str | None) -> str | None:
    """A house number, floor or door without leading zeros (`012A` -> `12A`, `02` -> `2`, `st` as it is).

    None where nothing is left.
    """
    return (part.lstrip("0") or None) if part else None


def street_line(road: str | None, number: str | None, floor: str | None, door: str | None) -> str | None:
    """The line composed of its parts, for answers without a standard address.

    `Strandvejen 12A, st. tv`; `Strandvejen 3, 2.`; `Skovvej 7, tv`; the road alone where there is
    no number; None where there is no road. The parts are without leading zeros.
    """
    if not road or not number:
        return road or None
    within = " ".join(part for part in (f"{floor}." if floor else None, door) if part)
    return f"{road} {number}, {within}" if within else f"{road} {number}"


def care_of(co_name: str | None) -> str | None:
    """The c/o name without a leading `c/o`, which is written when the address is printed.

    Any case, with or without a space after it; nothing else is taken off.
    """
    if not co_name:
        return None
    written = _CARE_OF.match(co_name)
    return (co_name[written.end() :] or None) if written else co_name


def road_code(number: int | None) -> str | None:
    """Four digits as text; None where missing or 0. Raises `MalformedAnswer` for what can't be one."""
    return _four_digits("vejkode", number)


def country_code(number: int | None) -> str | None:
    """Four digits as text; None where missing or 0. Raises `MalformedAnswer` for what can't be one."""
    return _four_digits("udrejselandekode", number)


def postal_code(text: str | None) -> str | None:
    """Four digits as text; None where missing or zeros. Raises `MalformedAnswer` for what can't be one."""
    if not text:
        return None
    if len(text) > 4 or not (text.isascii() and text.isdigit()):
        raise MalformedAnswer("postnummer", "is no postal code")
    code = text.zfill(4)
    return None if code == "0000" else code


def _four_digits(element: str, number: int | None) -> str | None:
    if not number:
        return None
    if not 0 < number <= 9999:
        raise MalformedAnswer(element, "is no code of four digits")
    return f"{number:04d}"
