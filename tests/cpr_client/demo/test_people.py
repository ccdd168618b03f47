"""The made-up registry: the same every time, everybody in it, and nobody who could be real."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date, timedelta

import pytest

from cpr_client.demo.facts import DemoPerson
from cpr_client.demo.names import INVENTED_LAST_NAMES, LONGEST_ADDRESSING_NAME
from cpr_client.demo.numbers import is_made_up
from cpr_client.demo.people import SEED, build_people
from cpr_client.demo.registry import Registry
from cpr_client.person import STATUSES
from tests.cpr_client.demo.conftest import TODAY


def _ordinary(registry: Registry) -> list[DemoPerson]:
    cases = set(registry.cases.values())
    return [person for person in registry if person.cpr_number not in cases]


def test_the_same_count_seed_and_day_give_the_same_registry(crowd: Registry) -> None:
    again = build_people(5_000, SEED, TODAY)

    assert list(again) == list(crowd)
    assert again.cases == crowd.cases
    assert again.known_to_library == crowd.known_to_library


def test_another_seed_gives_other_people(crowd: Registry) -> None:
    other = build_people(500, SEED + 1, TODAY)

    assert [person.name for person in other][:50] != [person.name for person in crowd][:50]


def test_there_are_exactly_as_many_people_as_asked_for(crowd: Registry) -> None:
    assert len(crowd) == 5_000
    for count in (401, 402, 403, 404, 405, 406, 407):
        assert len(build_people(count, SEED, TODAY)) == count


def test_ten_thousand_people_take_seconds_at_most() -> None:
    start = time.process_time()
    build_people(10_000, SEED, TODAY)

    assert time.process_time() - start < 4


def test_every_number_is_made_up_and_belongs_to_one_person(crowd: Registry) -> None:
    assert all(is_made_up(person.cpr_number) for person in crowd)
    assert all(is_made_up(number) for number in crowd.known_to_library)


def test_everybody_bears_a_last_name_that_nobody_bears(crowd: Registry) -> None:
    for person in _ordinary(crowd):
        if person.name is not None:
            assert person.name.last in INVENTED_LAST_NAMES
            assert len(person.name.addressing) <= LONGEST_ADDRESSING_NAME


def test_every_status_is_there_among_the_cases_and_among_the_others(crowd: Registry) -> None:
    in_cases = {crowd[number].status for number in crowd.cases.values() if number in crowd}

    assert in_cases >= STATUSES
    assert {person.status for person in _ordinary(crowd)} == STATUSES


def test_shares_are_those_of_a_library_and_below_the_lines_for_first_answers(crowd: Registry) -> None:
    statuses = Counter(person.status for person in crowd)

    assert statuses[1] > 0.9 * len(crowd)
    assert statuses[90] < 0.02 * len(crowd)
    home = sum(p.residence is not None and p.residence.municipality_code == 851 for p in crowd)
    assert 0.8 * len(crowd) < home < 0.97 * len(crowd)
    protected = sum(p.protection is not None and p.protection.flag is True for p in _ordinary(crowd))
    assert 0.01 * len(crowd) < protected < 0.05 * len(crowd)


def test_ordinary_people_bring_every_sort_of_thing_that_readers_must_take_or_skip(crowd: Registry) -> None:
    people = _ordinary(crowd)
    zoneless = [p for p in people if int(p.cpr_number.digits[7:]) % 20 in (0, 1)]

    assert zoneless
    for sort in (
        "contact",
        "protection",
        "directory_protection",
        "marketing_protection",
        "guardianship",
        "spouse",
        "children",
        "notes",
        "former_residences",
        "shared_residence_since",
        "custody",
        "mother",
        "father",
    ):
        assert any(getattr(person, sort) for person in people), sort
    assert any(p.birth_date_uncertain for p in people)
    assert any(p.residence and p.residence.co_name for p in people)
    assert any(p.residence and p.residence.town for p in people)
    assert any(entry.start is None for p in people for entry in p.custody)
    assert any(entry.start_uncertain for p in people for entry in p.custody)
    assert {entry.type for p in people for entry in p.custody} == {3, 4, 5, 6}


def test_parents_and_children_name_each_other(crowd: Registry) -> None:
    old_numbers = {p.cpr_number: p.successor for p in crowd if p.status in (50, 60)}
    checked = 0
    for child in _ordinary(crowd):
        for parent in (child.mother, child.father):
            if parent is None or parent.cpr_number is None or parent.cpr_number.digits == "0000000000":
                continue
            number = old_numbers.get(parent.cpr_number) or parent.cpr_number
            assert child.cpr_number in crowd[number].children or child.cpr_number in old_numbers.values()
            checked += 1
    assert checked > 500


def test_no_minor_of_the_crowd_is_older_than_a_parent(crowd: Registry) -> None:
    for parent in _ordinary(crowd):
        for number in parent.children:
            child = crowd.get(number)
            if child is not None and child.birth_date is not None and parent.birth_date is not None:
                assert child.birth_date - parent.birth_date > timedelta(days=17 * 365)


@pytest.mark.parametrize(
    ("group", "at_least"),
    [
        ("status ", 21),
        ("name: ", 10),
        ("lacks: ", 7),
        ("address: ", 18),
        ("contact: ", 20),
        ("protection: ", 23),
        ("skipped: ", 6),
        ("number: ", 13),
        ("child: ", 45),
        ("malformed: ", 17),
        ("mismatched: ", 1),
        ("two patrons: ", 2),
    ],
)
def test_each_group_of_rules_has_its_cases(crowd: Registry, group: str, at_least: int) -> None:
    names = [name for name in crowd.cases if name.startswith(group) and " / " not in name]

    assert len(names) >= at_least
    for name in names:
        assert crowd.cases[name] in crowd or name == "number: leads to nobody"


def test_the_successors_of_a_case_lead_where_its_name_says(crowd: Registry) -> None:
    def chain(name: str) -> list[int | None]:
        statuses, number = [], crowd.cases[name]
        while len(statuses) < 12:
            person = crowd.get(number)
            statuses.append(person.status if person else None)
            if person is None or person.successor is None:
                return statuses
            number = person.successor
        return statuses

    assert chain("status 60") == [60, 1]
    assert chain("status 50") == [50, 1]
    assert chain("number: chain of three") == [60, 60, 50, 1]
    assert chain("number: chain of five") == [60] * 5 + [1]
    assert chain("number: chain of six, too long") == [60] * 6 + [1]
    assert chain("number: circle of two") == [60] * 12
    assert chain("number: leads to nobody") == [60, None]
    assert chain("number: leads to somebody dead") == [60, 90]
    assert chain("two patrons: the old number") == [60, 1]
    assert (
        crowd[crowd.cases["two patrons: the old number"]].successor == crowd.cases["two patrons: the number in force"]
    )


def test_the_library_knows_an_ordinary_resident_in_place_of_each_case(crowd: Registry) -> None:
    for name, number in crowd.cases.items():
        if " / " in name or name.startswith("number in force"):
            continue
        known = crowd.known_to_library[number]
        assert known.name is not None and known.name.addressing
        assert (known.residence is None) == name.endswith("no address known"), name


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2026, 1, 1), date(2026, 12, 31), date(2027, 3, 1)])
def test_a_registry_can_be_built_on_any_day(today: date) -> None:
    registry = build_people(600, SEED, today)

    assert all(p.birth_date is None or p.birth_date <= today for p in registry)
    on_leap_day = registry[registry.cases["child: born on 29 February"]]
    assert on_leap_day.birth_date is not None
    assert (on_leap_day.birth_date.month, on_leap_day.birth_date.day) == (2, 29)
    assert today.year - on_leap_day.birth_date.year < 18


def test_nothing_of_a_person_shows_in_a_repr(crowd: Registry) -> None:
    shown = repr(crowd) + "".join(repr(p) + str(p) + repr(p.name) + repr(p.residence) for p in list(crowd)[:300])

    for person in list(crowd)[:300]:
        assert person.cpr_number.digits not in shown
        assert person.name is None or not person.name.addressing or person.name.addressing not in shown


def test_the_registry_says_without_the_number_that_it_knows_nobody(cases: Registry) -> None:
    stranger = next(number for number in cases.cases.values() if number in cases)
    cases.remove(stranger)
    with pytest.raises(KeyError) as caught:
        cases[stranger]

    assert stranger.digits not in str(caught.value)
    assert cases.get(stranger) is None
