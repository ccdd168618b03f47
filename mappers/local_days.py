"""Calendar days in Denmark, of moments that are given. No clock is read here.

Every calendar rule counts in Europe/Copenhagen (docs/explanation/house.md, time is explicit).
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def local_day(moment: datetime) -> date:
    """The calendar day in Copenhagen at an aware `moment`; summer time is taken into account.

    Raises `ValueError` for a moment without an offset: which day it is on can't be known.
    """
    if moment.utcoffset() is None:
        raise ValueError("a moment without an offset has no day in Copenhagen: give it a time zone")
    return moment.astimezone(COPENHAGEN).date()
