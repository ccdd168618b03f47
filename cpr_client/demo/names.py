"""Names of people who do not exist: drawn from Faker (da_DK), with last names that nobody bears.

First and middle names are Faker's; the last name is always an invented one ("Påfundsen"), so that a
made-up person is known at a glance, on a screen as in a dump.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from faker import Faker

from cpr_client.demo.facts import NameFacts

INVENTED_LAST_NAMES = (
    "Påfundsen",
    "Opdigtsen",
    "Æventyrsen",
    "Fabelsen",
    "Øvelsesen",
    "Prøvesen",
    "Demosen",
    "Legesen",
    "Skrønesen",
    "Åndsen",
    "Lignelsen",
    "Eksempelsen",
)
"""The last name of everybody in the demo registry."""

LONGEST_ADDRESSING_NAME = 34
"""The registry's own limit for a name on letters."""


@dataclass(frozen=True)
class Pools:
    """What Faker gave, drawn once: the rest is combined from it by a seeded random source."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    middle: tuple[str, ...]
    roads: tuple[str, ...]


def draw_pools(seed: int) -> Pools:
    """Draws the pools; the same for one seed and one version of Faker."""
    fake = Faker("da_DK")
    fake.seed_instance(seed)

    def draw(one: str, many: int) -> tuple[str, ...]:
        return tuple(dict.fromkeys(str(getattr(fake, one)()) for _ in range(many)))

    return Pools(
        women=draw("first_name_female", 150),
        men=draw("first_name_male", 150),
        middle=draw("last_name", 60),
        roads=draw("street_name", 250),
    )


def addressing_name(first: str, middle: str | None, last: str) -> str:
    """The name as it stands on letters: middle names cut to initials where it would be too long."""
    whole = " ".join(part for part in (first, middle, last) if part)
    if len(whole) > LONGEST_ADDRESSING_NAME and middle:
        initials = " ".join(name[0] for name in middle.split())
        whole = f"{first} {initials} {last}"
    return whole[:LONGEST_ADDRESSING_NAME].rstrip()


def full_name(first: str, middle: str | None, last: str) -> NameFacts:
    """Addressing and legal names together."""
    return NameFacts.model_construct(
        addressing=addressing_name(first, middle, last), first=first, middle=middle, last=last
    )


class Names:
    """Makes names up from the pools."""

    def __init__(self, source: random.Random, pools: Pools) -> None:
        self._source = source
        self._pools = pools

    def first(self, sex: str) -> str:
        """A first name, now and then two."""
        pool = self._pools.women if sex == "K" else self._pools.men
        name = self._source.choice(pool)
        return f"{name} {self._source.choice(pool)}" if self._source.random() < 0.12 else name

    def middle(self) -> str | None:
        """A middle name, or none."""
        return self._source.choice(self._pools.middle) if self._source.random() < 0.55 else None

    def last(self) -> str:
        """A last name that nobody bears."""
        return self._source.choice(INVENTED_LAST_NAMES)
