"""How the demo registry writes single elements of an answer.

Where a real registry varies, so does this one, by the person's number: codes with and without leading
zeros, dates with Copenhagen's offset, with `Z` and with none. A value of None gives no element.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from cpr_client.cpr_number import CprNumber

_COPENHAGEN = ZoneInfo("Europe/Copenhagen")


class Style(NamedTuple):
    """How one person's answer is written. `zone`: "Copenhagen", "Z" or "none"; `padded`: codes of four digits."""

    zone: str
    padded: bool
    version: str


def style_of(number: CprNumber, version: str) -> Style:
    """The style that a person's answer has, always the same."""
    serial = int(number.digits[7:])
    zone = {0: "none", 1: "Z"}.get(serial % 20, "Copenhagen")
    return Style(zone, serial % 3 == 0, version)


def put_text(element: str, value: str | None) -> str:
    """A text, escaped."""
    return "" if value is None else f"<{element}>{escape(value)}</{element}>"


def put_flag(element: str, value: bool | None) -> str:
    """True or false."""
    return "" if value is None else f"<{element}>{'true' if value else 'false'}</{element}>"


def put_code(element: str, value: int | None, style: Style) -> str:
    """A code that is a number."""
    if value is None:
        return ""
    return f"<{element}>{value:04}</{element}>" if style.padded else f"<{element}>{value}</{element}>"


def put_number(element: str, value: CprNumber | None) -> str:
    """A CPR number."""
    return "" if value is None else f"<{element}>{value.digits}</{element}>"


def put_day(element: str, value: date | None, style: Style) -> str:
    """A date with its zone."""
    return "" if value is None else f"<{element}>{value.isoformat()}{_zone(value, style)}</{element}>"


def put_moment(element: str, value: date | None, style: Style) -> str:
    """The start of a day, as date and time with its zone."""
    return "" if value is None else f"<{element}>{value.isoformat()}T00:00:00.000{_zone(value, style)}</{element}>"


def put_uncertain(element: str, value: date | None, marked: bool, style: Style, timed: bool) -> str:
    """A date (`timed`: date and time) that may be marked as uncertain."""
    if value is None:
        return ""
    inner = put_moment("dato", value, style) if timed else put_day("dato", value, style)
    mark = "<usikkerhedsmarkering>*</usikkerhedsmarkering>" if marked else ""
    return f"<{element}>{inner}{mark}</{element}>"


@lru_cache(maxsize=50_000)
def _offset(day: date) -> str:
    """Copenhagen's offset at the start of `day`, as XML writes it."""
    offset = datetime(day.year, day.month, day.day, tzinfo=_COPENHAGEN).strftime("%z")
    return f"{offset[:3]}:{offset[3:5]}"


def _zone(day: date, style: Style) -> str:
    return _offset(day) if style.zone == "Copenhagen" else style.zone.replace("none", "")
