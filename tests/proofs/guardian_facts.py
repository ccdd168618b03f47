"""What the oracle of guardians keeps (guardians_oracle.py): answers, links, cases, and the days that rules name."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

Facts = dict[str, Any]
"""One person as a persons file has them; `broken` is the oracle's own: the answer about them can't be read."""

MOTHER, FATHER, OTHER, UNKNOWN = "mother", "father", "other holder", "unknown holder"
NOBODY = ""
"""Who an unknown holder is."""

CHILD_GROUP, ADULT_GROUP = "Barn", "Voksen"
KINDS = (
    "no holder of custody",
    UNKNOWN,
    "guardian not found",
    "guardian deceased",
    "guardian disappeared",
    "guardian is a minor",
    "guardian not confirmed",
    "uncertain birth date",
)
"""The kinds of cases that are raised here."""

MOST_STEPS = 5


@dataclass(repr=False)
class Known:
    """What the library knows of a number: the last good answer, the last bad one since, and when to ask again."""

    facts: Facts | None = None
    trouble: str | None = None
    tries: int = 0
    due: date | None = date.min
    asked_on: date | None = None

    def answered(self, outcome: str, facts: Facts | None, today: date, interval: int) -> None:
        """Takes an answer in."""
        self.asked_on = today
        if outcome == "good":
            assert facts is not None
            self.facts, self.trouble, self.tries = copy.deepcopy(facts), None, 0
            self.due = after_death(facts, today) if facts["status"] == 90 else today + timedelta(days=interval)
            return
        self.tries = self.tries + 1 if outcome == self.trouble else 1
        self.trouble = outcome
        days = 32 if outcome == "duplicate patron" else min(2 ** (self.tries - 1), 32)
        self.due = today + timedelta(days=days)

    def is_due(self, today: date) -> bool:
        """Its day has come, and it was not asked about today."""
        return self.due is not None and self.due <= today and self.asked_on != today

    def status(self) -> int | None:
        """As the registry last said."""
        return None if self.facts is None else self.facts["status"]

    def born(self) -> date | None:
        """As the registry last said."""
        return None if self.facts is None else day(self.facts.get("birth_date"))


@dataclass(repr=False)
class Patron:
    """A patron; `seen`: a night has found them under 18. `settled`: when staff closed the case of the birth date.

    `as_minor`: the last answer while they were one for certain; who holds custody of an adult is not asked.
    `before`: what was known of them as a guardian, until the registry has spoken of the patron.
    """

    cpr_number: str
    group: str
    known: Known = field(default_factory=Known)
    seen: bool = False
    settled: date | None = None
    as_minor: Facts = field(default_factory=dict)
    before: Known | None = None

    def shown(self) -> Known:
        """What is known of them as a guardian."""
        if self.known.facts is not None or self.before is None:
            return self.known
        return Known(self.before.facts, self.known.trouble or self.before.trouble)


@dataclass(repr=False)
class Link:
    """A link; `open`: as the night before left it, so that a night can tell what ends in it."""

    who: str
    source: str
    kind: str | None
    start: date | None
    to: date | None = None
    confirmed: bool | None = None
    signed_on: date | None = None
    open: bool = True


@dataclass(repr=False)
class Case:
    """A staff case about a child; `who`: the guardian, where it is about one. `over`: its cause is gone."""

    kind: str
    who: str
    since: date
    closed_on: date | None = None
    by_staff: bool = False
    over: bool = False

    def stands(self) -> bool:
        """It is open, or staff closed it and its cause is still there: it is not raised again."""
        return self.closed_on is None or (self.by_staff and not self.over)


@dataclass(repr=False)
class Asked:
    """The numbers that a night owes a look-up, and the events that it tells: (patron number, kind)."""

    owed: set[str] = field(default_factory=set)
    told: set[tuple[str, str]] = field(default_factory=set)


def day(text: str | None) -> date | None:
    """A date as a persons file writes it."""
    return date.fromisoformat(text) if text else None


def in_force(entry: Facts, today: date) -> bool:
    """From its start (a missing one: always) until its delete date (exclusive)."""
    start, delete = day(entry.get("start")), day(entry.get("delete"))
    return (start is None or start <= today) and (delete is None or today < delete)


def in_force_link(link: Link, today: date) -> bool:
    """It has not ended."""
    return link.to is None or today < link.to


def eighteenth(born: date) -> date:
    """The 18th birthday: of 29 February on 1 March, since no year 18 after a leap year is one."""
    if (born.month, born.day) == (2, 29):
        return date(born.year + 18, 3, 1)
    return date(born.year + 18, born.month, born.day)


def after_death(facts: Facts, today: date) -> date | None:
    """Every 90 days until a year after the death; then never."""
    died = day(facts["status_date"])
    assert died is not None
    year_on = date(died.year + 1, 3, 1) if (died.month, died.day) == (2, 29) else died.replace(year=died.year + 1)
    again = today + timedelta(days=90)
    return again if again <= year_on else None
