"""Calendar days in Copenhagen of moments that are given (docs/explanation/house.md)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from mappers.local_days import local_day


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 1, 9, 22, 59, tzinfo=UTC), date(2026, 1, 9)),
        (datetime(2026, 1, 9, 23, 0, tzinfo=UTC), date(2026, 1, 10)),
        (datetime(2026, 7, 9, 21, 59, tzinfo=UTC), date(2026, 7, 9)),
        (datetime(2026, 7, 9, 22, 0, tzinfo=UTC), date(2026, 7, 10)),
        (datetime(2026, 1, 10, 1, 0, tzinfo=timezone(timedelta(hours=8))), date(2026, 1, 9)),
    ],
    ids=["before midnight", "winter midnight", "summer, before midnight", "summer midnight", "another offset"],
)
def test_the_day_is_the_one_in_copenhagen(moment, day):
    assert local_day(moment) == day


def test_the_nights_on_which_the_clock_is_changed_have_their_days():
    assert local_day(datetime(2026, 3, 28, 23, 0, tzinfo=UTC)) == date(2026, 3, 29)
    assert local_day(datetime(2026, 3, 29, 21, 59, tzinfo=UTC)) == date(2026, 3, 29)
    assert local_day(datetime(2026, 3, 29, 22, 0, tzinfo=UTC)) == date(2026, 3, 30)
    assert local_day(datetime(2026, 10, 25, 22, 59, tzinfo=UTC)) == date(2026, 10, 25)
    assert local_day(datetime(2026, 10, 25, 23, 0, tzinfo=UTC)) == date(2026, 10, 26)


def test_a_moment_without_an_offset_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        local_day(datetime(2026, 1, 9, 12, 0))  # noqa: DTZ001
