"""Which night was last to be expected: a run that did not come is noticed by the day that it should have been for."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from mappers.local_days import COPENHAGEN
from mappers.night import GUARDIANS, REFRESH, STEPS, is_weekend

BEGUN_BY = time(8)
"""By this time in Copenhagen every step of a night has begun: the operator comes in."""


def last_expected(step: str, day: date) -> date:
    """The day of the last run of a step that must have begun by the end of `day`; the refresh rests at the weekend."""
    while step == REFRESH and is_weekend(day):
        day -= timedelta(days=1)
    return day


def day_of_last_night(moment: datetime) -> date:
    """The day of the last night that is over at an aware `moment`: from `BEGUN_BY` on today, before it yesterday."""
    local = moment.astimezone(COPENHAGEN)
    return local.date() if local.time() >= BEGUN_BY else local.date() - timedelta(days=1)


def expected_steps(guardians: bool) -> tuple[str, ...]:
    """The steps that every night has, by their flows; `guardians`: whether they are mapped at all."""
    return tuple(step.name for step in STEPS if step.name != GUARDIANS or guardians)
