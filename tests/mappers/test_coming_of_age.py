"""The 18th birthday."""

from __future__ import annotations

from datetime import date

import pytest

from mappers.coming_of_age import comes_of_age, is_minor


@pytest.mark.parametrize(
    ("born", "birthday"),
    [
        (date(2008, 3, 2), date(2026, 3, 2)),
        (date(2008, 2, 29), date(2026, 3, 1)),
        (date(2008, 2, 28), date(2026, 2, 28)),
        (date(9999, 1, 1), date.max),
    ],
)
def test_the_18th_birthday_of_29_february_is_1_march_of_a_common_year(born: date, birthday: date) -> None:
    assert comes_of_age(born) == birthday


def test_who_is_18_today_is_no_minor_and_the_day_before_they_were() -> None:
    assert not is_minor(date(2008, 3, 2), date(2026, 3, 2))
    assert is_minor(date(2008, 3, 2), date(2026, 3, 1))


def test_an_unknown_birth_date_makes_nobody_a_minor() -> None:
    assert not is_minor(None, date(2026, 3, 2))
