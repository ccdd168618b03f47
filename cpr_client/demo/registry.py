"""The made-up registry in memory: who is in it, and which day it is there.

Nothing of it is written to disk but by `cpr_client/demo/persons_file.py`, on request.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import date

from cpr_client.cpr_number import CprNumber
from cpr_client.demo.facts import DemoPerson
from cpr_client.demo.names import Names, Pools
from cpr_client.demo.numbers import NumberMaker
from cpr_client.demo.towns import Addresses


class Maker:
    """What makes new people up: one random source, and the pools it draws from.

    `names`, `addresses` and `numbers` share the source, so that one seed gives one registry.
    """

    def __init__(self, source: random.Random, pools: Pools, numbers: NumberMaker, addresses: Addresses) -> None:
        self.source = source
        self.pools = pools
        self.names = Names(source, pools)
        self.addresses = addresses
        self.numbers = numbers


class Registry:
    """Made-up persons by CPR number, in the order in which they were put.

    `today` is the registry's own day (ages are told by it). `cases` names the persons that were
    made to show one rule each, by the number to ask for. `known_to_library` holds what a library knows
    of a person where that is other than what the registry says; who is in it and not in the registry
    is somebody whom the registry does not know.
    """

    def __init__(self, today: date, seed: int = 0, persons: Iterable[DemoPerson] = ()) -> None:
        self.today = today
        self.seed = seed
        self.cases: dict[str, CprNumber] = {}
        self.known_to_library: dict[CprNumber, DemoPerson] = {}
        self._persons: dict[str, DemoPerson] = {person.cpr_number.digits: person for person in persons}

    def __len__(self) -> int:
        return len(self._persons)

    def __iter__(self) -> Iterator[DemoPerson]:
        return iter(self._persons.values())

    def __contains__(self, number: CprNumber) -> bool:
        return number.digits in self._persons

    def __repr__(self) -> str:
        return f"<Registry of {len(self)} made-up persons on {self.today}>"

    def get(self, number: CprNumber) -> DemoPerson | None:
        """The person with that number, or None where the registry knows none."""
        return self._persons.get(number.digits)

    def find(self, digits: str) -> DemoPerson | None:
        """As `get`, by the digits of an envelope."""
        return self._persons.get(digits)

    def __getitem__(self, number: CprNumber) -> DemoPerson:
        """As `get`. Raises `KeyError`, without the number, where the registry knows none."""
        person = self.get(number)
        if person is None:
            raise KeyError("the demo registry knows no such person")
        return person

    def put(self, person: DemoPerson) -> None:
        """Adds a person, or puts them in the place of who had the number."""
        self._persons[person.cpr_number.digits] = person

    def change(self, number: CprNumber, **facts: object) -> DemoPerson:
        """Puts a copy of a person with other `facts` in their place, and returns it.

        The facts are taken as they are: from code, not from a file. Raises `KeyError` as `self[number]`.
        """
        person = self[number].model_copy(update=facts)
        self.put(person)
        return person

    def remove(self, number: CprNumber) -> None:
        """Forgets a person: the registry then knows no such number. No error where it knew none."""
        self._persons.pop(number.digits, None)
