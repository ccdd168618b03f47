"""The made-up patrons that all benchmarks share, and what the registry says of them on two nights.

Patron number `i` is person `i % TEMPLATES` under a number of their own. The second night differs from the first in
every fifth person: four of five of these have moved, the fifth has another name, so that a refresh of either night
over the other changes 20 % of the patrons and stays below every line of docs/reference/rules.md, "Plausibility".
"""

from __future__ import annotations

from datetime import date
from functools import cache

from cpr_client import CprNumber
from cpr_client.base_data.answer import read_answer
from cpr_client.demo.answers import answer
from cpr_client.demo.facts import DemoPerson
from cpr_client.demo.people import SEED, build_people
from mappers.patron import record_after
from mappers.record import PatronRecord

DAY = date(2026, 3, 2)
"""The registry's day, and the first one on which patrons are refreshed: past, so that the next ones are, too."""

TEMPLATES = 1_000
NIGHTS = (1, 2)

_CASES = 400  # the first persons of the demo registry were made to show rules, not to be ordinary
_ASKED_EACH_NIGHT = frozenset({1, 3, 5, 7, 20, 70, 80})  # neither dead nor under another number


def cpr_number(index: int) -> CprNumber:
    """The number of patron `index`; the tenth day of month 00 is nobody's."""
    return CprNumber(f"100{index:07}")


def patron_number(index: int) -> str:
    """How the library names patron `index`."""
    return f"B{index:07}"


def template_of(digits: str) -> int:
    """Which person stands behind a number."""
    return int(digits) % TEMPLATES


@cache
def persons(night: int) -> tuple[DemoPerson, ...]:
    """The persons as the registry has them on that night."""
    people = [
        person
        for person in list(build_people(2 * TEMPLATES, SEED, DAY))[_CASES:]
        if person.status in _ASKED_EACH_NIGHT
        and person.name
        and person.name.addressing
        and not _changes_by_itself(person)
    ]
    residents = [person for person in people if person.status == 1 and person.residence and not person.contact]
    changing = residents[: TEMPLATES // 5]
    chosen = {person.cpr_number for person in changing}
    others = (person for person in people if person.cpr_number not in chosen)
    return tuple(
        _on(night, position, changing[position // 5]) if position % 5 == 0 else next(others)
        for position in range(TEMPLATES)
    )


def _changes_by_itself(person: DemoPerson) -> bool:
    """Whether a contact address or a protection begins or ends on a later day: that is a change of that night."""
    days = (person.contact.start, person.contact.delete) if person.contact else ()
    days += (person.protection.start, person.protection.end) if person.protection else ()
    return any(day is not None and day > DAY for day in days)


def _on(night: int, position: int, person: DemoPerson) -> DemoPerson:
    if night == NIGHTS[0]:
        return person
    if position % 25 == 0:
        assert person.name is not None
        return person.model_copy(
            update={"name": person.name.model_copy(update={"addressing": f"{person.name.addressing} Nygift"})}
        )
    assert person.residence is not None and person.residence.house_number is not None
    house_number = f"{(int(person.residence.house_number[:3]) + 2) % 999:03}"
    moved = {"house_number": house_number, "floor": None, "door": None, "standard_address": None}
    return person.model_copy(update={"residence": person.residence.model_copy(update=moved)})


@cache
def answers(night: int) -> tuple[tuple[bytes, bytes], ...]:
    """Each person's answer of the registry, cut where the number stands."""
    whole = ((answer(person, "5", DAY), person.cpr_number.digits.encode()) for person in persons(night))
    return tuple((before, after) for body, number in whole for before, after in [_cut(body, number)])


def _cut(body: bytes, number: bytes) -> tuple[bytes, bytes]:
    before, _, after = body.partition(b"<personnummer>" + number)
    return before + b"<personnummer>", after


def body(night: int, number: CprNumber) -> bytes:
    """The registry's answer about a number on that night."""
    before, after = answers(night)[template_of(number.digits)]
    return before + number.digits.encode() + after


@cache
def records(night: int) -> tuple[PatronRecord, ...]:
    """What the library knows of each person once it has applied that night's answer."""
    return tuple(
        record_after(PatronRecord(), read_answer(body(night, number), number), DAY)[0]
        for number in (cpr_number(index) for index in range(TEMPLATES))
    )
