"""The day on which a patron is due again, after a good answer (docs/reference/rules.md, "When again").

After a bad one: `mappers.quarantine.next_try`. "A day" is counted by `today`, never by a clock.
"""

from __future__ import annotations

from datetime import date, timedelta

DEAD_INTERVAL_DAYS = 90
"""The dead are asked about so often, for a year: a death annulled shows then."""


def next_due(today: date, interval_days: int) -> date:
    """The next day for a living patron: `interval_days` after the look-up (1 or more)."""
    return today + timedelta(days=interval_days)


def next_due_after_death(death: date, today: date) -> date | None:
    """The next day for a patron who died on `death`; None: never again by schedule.

    90 days after this look-up, unless that lies past a year after the death.
    """
    again = today + timedelta(days=DEAD_INTERVAL_DAYS)
    return again if again <= year_after(death) else None


def year_after(day: date) -> date:
    """The same date a year on; of 29 February, 1 March."""
    if day.year == date.max.year:
        return date.max
    if (day.month, day.day) == (2, 29):
        return date(day.year + 1, 3, 1)
    return day.replace(year=day.year + 1)
