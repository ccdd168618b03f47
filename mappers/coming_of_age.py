"""Birthdays, the 18th above all (docs/reference/rules.md, "Guardians of minors")."""

from __future__ import annotations

from datetime import date

AGE = 18
"""Who is so old is of age."""


def birthday(birth_date: date, age: int) -> date:
    """The day on which somebody is `age` years old; who was born on 29 February has it on 1 March of a common year."""
    year = birth_date.year + age
    if year > date.max.year:
        return date.max
    try:
        return birth_date.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def comes_of_age(birth_date: date) -> date:
    """The 18th birthday. The set form is the SQL function `library.comes_of_age`."""
    return birthday(birth_date, AGE)


def is_minor(birth_date: date | None, day: date) -> bool:
    """Whether somebody with this birth date is known to be under 18 on `day`; an unknown one says nothing."""
    return birth_date is not None and day < comes_of_age(birth_date)
