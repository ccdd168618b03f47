"""What a library's extract would hold of the made-up people: the facts of a patron file, no more.

The library knows a person as they were before it could ask the registry: somebody who has died or moved
away still has an address here. It also has what every library has: patrons without a CPR number or with a
replacement number, old numbers, a person registered twice, and people the registry has never heard of.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from typing import TypedDict

from cpr_client.cpr_number import CprNumber
from cpr_client.demo.facts import DemoPerson, ResidenceFacts
from cpr_client.demo.families import finish, person
from cpr_client.demo.people import new_maker
from cpr_client.demo.registry import Registry
from cpr_client.demo.towns import HOME, standard_address

_MOST_MALFORMED = 0.003
"""Of the extract: so few that no batch of a first load is implausible (docs/reference/rules.md)."""

_OUTSIDERS = 0.06
"""Share of the grown-ups who are no patrons: guardians of patrons among them."""

_WITHOUT_NUMBER = 0.004
_REPLACEMENT = 0.002


class ExtractRow(TypedDict):
    """One patron as the library's extract has them; None where the library knows nothing."""

    cpr_number: CprNumber | None
    name: str | None
    birth_date: date | None
    address: str | None
    postal_code: str | None
    postal_district: str | None
    municipality_code: str | None


def people_for(patrons: int) -> int:
    """How many people a registry should have for an extract of so many patrons."""
    return patrons + patrons // 10 + 150


def extract_rows(registry: Registry, count: int) -> Iterator[ExtractRow]:
    """Yields `count` patrons, in the same mixed order for one registry and count.

    The cases of the registry are among them where there is room (of those with a malformed answer no
    more than a first load may hold). Raises `ValueError` where the registry has too few people (see `people_for`).
    """
    source = random.Random(f"{registry.seed} extract {count}")
    rows = [*_cases(registry, count), *_without_number(registry, count)][:count]
    chosen = {row["cpr_number"] for row in rows if row["cpr_number"] is not None}
    others = [known for known in _ordinary(registry, source) if known.cpr_number not in chosen]
    if len(rows) + len(others) < count:
        raise ValueError(f"the registry has people for {len(rows) + len(others)} patrons: build more for {count}")
    strangers = [known for known in registry.known_to_library.values() if known.cpr_number not in registry]
    strangers = [known for known in strangers if known.cpr_number not in chosen][: int(count * 0.01)]
    rows += [_row(known) for known in [*strangers, *others][: count - len(rows)]]
    source.shuffle(rows)
    yield from rows


def _cases(registry: Registry, count: int) -> Iterator[ExtractRow]:
    """The cases that are patrons; the numbers in force behind old ones, and the parents, are not."""
    room_for_malformed = int(count * _MOST_MALFORMED)
    for name, number in sorted(registry.cases.items(), key=lambda case: not case[0].startswith("mismatched")):
        if " / " in name or name.startswith("number in force"):
            continue
        if name.startswith(("malformed", "mismatched")) or "leads to a m" in name:
            if room_for_malformed == 0:
                continue
            room_for_malformed -= 1
        yield _row(registry.known_to_library[number])


def _ordinary(registry: Registry, source: random.Random) -> Iterator[DemoPerson]:
    """Everybody who may be a patron, as the library knows them, but the cases and the numbers behind old ones."""
    cases = set(registry.cases.values())
    behind = {someone.successor for someone in registry if someone.successor is not None}
    for someone in registry:
        number = someone.cpr_number
        grown_up = someone.birth_date is None or (registry.today - someone.birth_date).days > 18 * 365
        outsider = grown_up and source.random() < _OUTSIDERS
        if number not in cases and number not in behind and not outsider:
            yield registry.known_to_library.get(number, someone)


def _without_number(registry: Registry, count: int) -> Iterator[ExtractRow]:
    """Patrons whom nobody can look up: no CPR number, or a replacement number."""
    maker = new_maker(registry.seed, registry, salt=" extract")
    for position in range(int(count * (_WITHOUT_NUMBER + _REPLACEMENT))):
        someone = person(maker, registry.today, maker.addresses.residence(HOME), (8, 70), maker.source.choice("KM"))
        digits = someone["cpr_number"].digits
        row = _row(finish(someone))
        if position % 3:
            row["cpr_number"] = None
        elif position % 2:
            row["cpr_number"] = CprNumber(f"{int(digits[0]) + 6}{digits[1:]}")
        else:
            row["cpr_number"] = CprNumber(f"{digits[:6]}UT{digits[8]}K")
        yield row


def _row(known: DemoPerson) -> ExtractRow:
    home = known.residence or ResidenceFacts()
    name = known.name.addressing if known.name is not None else ""
    code = home.municipality_code
    return {
        "cpr_number": known.cpr_number,
        "name": name or None,
        "birth_date": known.birth_date,
        "address": _address(home),
        "postal_code": home.postal_code,
        "postal_district": home.postal_district,
        "municipality_code": None if code is None else f"{code:04}",
    }


def _address(home: ResidenceFacts) -> str | None:
    """The street line; composed where the registry has none."""
    if home.standard_address is not None or home.road_name is None:
        return home.standard_address
    return standard_address(home.road_name, home.house_number or "", home.floor, home.door).strip()
