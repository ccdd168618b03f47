"""Which night was last to be expected: a run that did not come is noticed by the day that it should have been for."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from mappers.local_days import COPENHAGEN

BEGUN_BY = time(8)
"""By this time in Copenhagen every step of a night has begun: the operator comes in."""

_SATURDAY = 5


def last_expected(day: date, *, weekdays_only: bool) -> date:
    """The day of the last run that must have begun by the end of `day`; some rest at the weekend."""
    while weekdays_only and day.weekday() >= _SATURDAY:
        day -= timedelta(days=1)
    return day


def day_of_last_night(moment: datetime) -> date:
    """The day of the last night that is over at an aware `moment`: from `BEGUN_BY` on today, before it yesterday."""
    local = moment.astimezone(COPENHAGEN)
    return local.date() if local.time() >= BEGUN_BY else local.date() - timedelta(days=1)
