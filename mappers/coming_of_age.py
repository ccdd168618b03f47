"""The 18th birthday (docs/reference/rules.md, "Guardians of minors")."""

from __future__ import annotations

from datetime import date

AGE = 18
"""Who is so old is of age."""


def comes_of_age(birth_date: date) -> date:
    """The 18th birthday; who was born on 29 February has it on 1 March of a common year.

    The set form is the SQL function `library.comes_of_age`.
    """
    year = birth_date.year + AGE
    if year > date.max.year:
        return date.max
    try:
        return birth_date.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def is_minor(birth_date: date | None, day: date) -> bool:
    """Whether somebody with this birth date is known to be under 18 on `day`; an unknown one says nothing."""
    return birth_date is not None and day < comes_of_age(birth_date)
