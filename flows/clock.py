"""The only place that reads the clock. Days are Copenhagen's; whoever decides takes `today` as an argument."""

from __future__ import annotations

from datetime import UTC, date, datetime

from mappers.local_days import local_day


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The calendar day in Copenhagen now, by this machine's clock; flows ask the database for the day."""
    return local_day(now())
