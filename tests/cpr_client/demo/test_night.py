"""A demo's two nights, read by the client and decided by the mappers: plausible, and something of every kind."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from cpr_client.base_data.answer import read_answer
from cpr_client.cpr_number import CprNumber
from cpr_client.demo.ageing import advance
from cpr_client.demo.answers import answer
from cpr_client.demo.extract import extract_rows, people_for
from cpr_client.demo.people import SEED, build_people
from cpr_client.demo.registry import Registry
from cpr_client.errors import PersonNotFound, RegistryError
from cpr_client.person import Person
from mappers.patron import decide
from mappers.plausibility import Tally, verdict
from mappers.quarantine import quarantine_for
from mappers.record import Decision, PatronRecord, Quarantine, StoredPatron
from mappers.succession import next_number

PATRONS = 5_000
FIRST_NIGHT = date(2026, 7, 27)
SECOND_NIGHT = FIRST_NIGHT + timedelta(days=120)


def _look_up(registry: Registry, stored: StoredPatron) -> tuple[Person | Quarantine, tuple[CprNumber, ...]]:
    """The answer at the end of the chain, as the refresh follows it (duplicate patrons aside)."""
    chain: tuple[CprNumber, ...] = ()
    while True:
        number = chain[-1] if chain else stored.cpr_number
        try:
            someone = registry.get(number)
            if someone is None:
                raise PersonNotFound
            person = read_answer(answer(someone, "5", registry.today), number)
        except RegistryError as error:
            why = quarantine_for(error)
            assert why is not None
            return why, chain
        following = next_number(stored.cpr_number, chain, person)
        if following is None or isinstance(following, Quarantine):
            return following or person, chain
        chain = (*chain, following)


def _night(registry: Registry, patrons: Iterable[StoredPatron], today: date) -> list[Decision]:
    decisions = []
    for stored in patrons:
        answered, chain = _look_up(registry, stored)
        decisions.append(decide(stored, answered, today=today, interval_days=1, chain=chain))
    return decisions


def _patrons(registry: Registry) -> list[StoredPatron]:
    """The extract as the library has it before the registry has spoken."""
    patrons = []
    for position, row in enumerate(extract_rows(registry, PATRONS)):
        number = row["cpr_number"]
        if number is not None and not number.is_replacement:
            imported = PatronRecord(
                name=row["name"],
                birth_date=row["birth_date"],
                address_kind="as imported" if row["address"] else "none",
                street=row["address"],
                postal_code=row["postal_code"],
                postal_district=row["postal_district"],
                municipality_code=row["municipality_code"],
            )
            patrons.append(StoredPatron(f"P{position}", number, imported))
    return patrons


def _after(stored: StoredPatron, decision: Decision, today: date) -> StoredPatron:
    blocks = {**stored.registry_blocks, **decision.blocks_set}
    return replace(
        stored,
        cpr_number=decision.moved_to or stored.cpr_number,
        record=decision.after,
        checked_on=today,
        registry_blocks={reason: since for reason, since in blocks.items() if reason not in decision.blocks_lifted},
        quarantine_reason=decision.quarantine.reason if decision.quarantine else None,
        quarantine_tries=decision.tries,
    )


@pytest.fixture(scope="module")
def nights() -> tuple[list[Decision], list[Decision]]:
    """The decisions of the first load and of the refresh some months later."""
    registry = build_people(people_for(PATRONS), SEED, FIRST_NIGHT)
    patrons = _patrons(registry)
    first = _night(registry, patrons, FIRST_NIGHT)
    patrons = [_after(stored, decision, FIRST_NIGHT) for stored, decision in zip(patrons, first, strict=True)]
    advance(registry, SECOND_NIGHT)
    return first, _night(registry, patrons, SECOND_NIGHT)


@pytest.mark.parametrize("night", [0, 1])
@pytest.mark.parametrize("shuffled", [0, 1, 2, 3, 4, 5])
def test_no_batch_of_either_night_trips_a_brake(
    nights: tuple[list[Decision], list[Decision]], night: int, shuffled: int
) -> None:
    decisions = list(nights[night])
    if shuffled:
        random.Random(shuffled).shuffle(decisions)
    tally = Tally()
    for start in range(0, len(decisions), 1_000):
        tally.add(decisions[start : start + 1_000])
        assert verdict(tally) == []


def test_the_second_night_changes_something_of_every_kind(nights: tuple[list[Decision], list[Decision]]) -> None:
    kinds = Counter(kind for decision in nights[1] for kind in decision.events)
    blocked = Counter(reason for decision in nights[1] for reason in decision.blocks_set)
    lifted = Counter(reason for decision in nights[1] for reason in decision.blocks_lifted)

    for kind in (
        "patron.name",
        "patron.address",
        "patron.municipality",
        "patron.status",
        "patron.protection",
        "patron.cpr_number",
        "patron.block",
    ):
        assert kinds[kind] >= 3, kind
    assert blocked["deceased"] >= 3
    assert blocked["number annulled"] >= 2
    assert lifted["deceased"] >= 1


def test_the_first_night_leaves_some_of_every_sort_in_quarantine(
    nights: tuple[list[Decision], list[Decision]],
) -> None:
    reasons = Counter(decision.quarantine.reason for decision in nights[0] if decision.quarantine)

    assert reasons["not found"] >= 10
    assert reasons["malformed"] >= 10
    assert reasons["mismatched"] >= 1
    assert reasons["successor circle"] >= 3
    assert reasons["number annulled"] >= 3
