"""The only place that reads the clock. Days are Copenhagen's; whoever decides takes `today` as an argument."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def copenhagen_day(moment: datetime) -> date:
    """The calendar day in Copenhagen at `moment` (which must carry a zone)."""
    return moment.astimezone(COPENHAGEN).date()


def today() -> date:
    """The calendar day in Copenhagen now, by this machine's clock; flows ask the database for the day."""
    return copenhagen_day(now())
