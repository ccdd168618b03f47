"""The published municipality codes: `municipalities.csv` beside this file, read once.

98 municipalities, 0411 Christiansø (run by the state) and Greenland's 0955-0961. A code that is not
among them is stored and reported, and gives no right to anything (docs/reference/rules.md, "Address").
"""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import NamedTuple

from cpr_client.errors import MalformedAnswer

GREENLAND = "Greenland"
KINDS = ("municipality", GREENLAND, "other")
"""The kinds of listed codes: 0411 Christiansø is `other`."""

MISSING = "municipality missing"
UNLISTED = "municipality unlisted"
NOTES = (MISSING, UNLISTED)
"""Codes of `Decision.notes`: what a run reports without holding the patron back."""


class Municipality(NamedTuple):
    """Four digits as text, the name, and the kind: `municipality`, `Greenland` or `other`."""

    code: str
    name: str
    kind: str


def _read() -> dict[str, Municipality]:
    text = files(__package__).joinpath("municipalities.csv").read_text(encoding="utf-8")
    listed = (Municipality(row["code"], row["name"], row["kind"]) for row in csv.DictReader(text.splitlines()))
    return {municipality.code: municipality for municipality in listed}


MUNICIPALITIES: dict[str, Municipality] = _read()
"""Code -> municipality."""


def is_listed(code: str) -> bool:
    """Whether the code is a published one (`code`: four digits)."""
    return code in MUNICIPALITIES


def stored_code(number: int | None) -> str | None:
    """The code as the library keeps it: four digits, None where missing or 0.

    Raises `MalformedAnswer` for a number that can't be a municipality code.
    """
    if not number:
        return None
    if not 0 < number <= 9999:
        raise MalformedAnswer("kommunekode", "is no municipality code")
    return f"{number:04d}"


def note(code: str | None) -> str | None:
    """What to report about a resident's municipality: `MISSING`, `UNLISTED`, or None for a listed one."""
    if code is None:
        return MISSING
    return None if is_listed(code) else UNLISTED
