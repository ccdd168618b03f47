"""Moving the registry on: everything happens, in shares below the lines, the same every time."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import pytest

from cpr_client.cpr_number import CprNumber
from cpr_client.demo.ageing import AgeingLog, advance
from cpr_client.demo.custody_changes import CUSTODY_CHANGES
from cpr_client.demo.families import birthday
from cpr_client.demo.numbers import is_made_up
from cpr_client.demo.people import SEED, build_people
from cpr_client.demo.registry import Registry
from tests.cpr_client.demo.conftest import TODAY

LATER = TODAY + timedelta(days=120)


@pytest.fixture(scope="module")
def moved_on(crowd: Registry) -> tuple[Registry, Registry, AgeingLog]:
    """The crowd before and after 120 days, and what happened. Not to be changed."""
    after = build_people(5_000, SEED, TODAY)
    return crowd, after, advance(after, LATER)


def test_the_same_step_is_the_same_every_time(moved_on: tuple[Registry, Registry, AgeingLog]) -> None:
    _, after, log = moved_on
    again = build_people(5_000, SEED, TODAY)
    log_again = advance(again, LATER)

    assert log_again == log
    assert list(again) == list(after)


def test_another_seed_strikes_others(moved_on: tuple[Registry, Registry, AgeingLog]) -> None:
    other = advance(build_people(5_000, SEED, TODAY), LATER, seed=1)

    assert other.happened["died"] != moved_on[2].happened["died"]


@cache
def _step_of(days: int) -> AgeingLog:
    return advance(build_people(5_000, SEED, TODAY), TODAY + timedelta(days=days))


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("died", 0.005),
        ("number changed", 0.005),
        ("number doubled", 0.005),
        ("number annulled", 0.005),
        ("emigrated", 0.05),
        ("disappeared", 0.05),
        ("protected", 0.01),
        ("protection ended", 1),
        ("moved within the municipality", 0.2),
        ("moved to another municipality", 0.05),
        ("special road", 0.05),
        ("new name", 0.05),
        ("c/o name", 0.2),
        ("contact address", 0.2),
        ("contact address deleted", 0.2),
        *((change.kind, 1) for change in CUSTODY_CHANGES),
        ("came of age", 1),
        ("returned", 1),
    ],
)
@pytest.mark.parametrize("days", [30, 120, 365])
def test_each_kind_happens_a_few_times_and_stays_below_its_line(kind: str, line: float, days: int) -> None:
    log = _step_of(days)

    assert 2 <= log.counts[kind] < line * 5_000 * 0.7


def test_the_lines_hold_for_kinds_that_count_together(moved_on: tuple[Registry, Registry, AgeingLog]) -> None:
    _, _, log = moved_on
    counts = log.counts
    left = ("moved to another municipality", "emigrated", "disappeared", "died")
    new_addresses = ("moved within the municipality", "special road", "c/o name", "contact address")

    assert counts["number changed"] + counts["number doubled"] < 0.005 * 5_000 * 0.7
    assert sum(counts[kind] for kind in left) < 0.05 * 5_000 * 0.7
    assert sum(counts[kind] for kind in (*left, *new_addresses)) < 0.2 * 5_000 * 0.7


def test_what_the_log_says_is_so_in_the_registry(moved_on: tuple[Registry, Registry, AgeingLog]) -> None:
    before, after, log = moved_on
    statuses = {
        "died": 90,
        "emigrated": 80,
        "disappeared": 70,
        "number annulled": 30,
        "number changed": 60,
        "number doubled": 50,
        "special road": 3,
        "returned": 1,
        "death annulled": 1,
    }
    for kind, status in statuses.items():
        for number in log.happened[kind]:
            assert after[number].status == status != before[number].status
            since = after[number].status_date
            assert since is not None and (kind == "death annulled" or TODAY < since <= LATER)
    for number in log.happened["new name"]:
        assert after[number].name != before[number].name
    for number in log.happened["protected"]:
        assert before[number].protection is None
        assert after[number].protection is not None
    for kind in ("moved within the municipality", "moved to another municipality"):
        for number in log.happened[kind]:
            old, new = before[number].residence, after[number].residence
            assert old is not None and new is not None
            assert old.standard_address != new.standard_address
            assert (old.municipality_code == new.municipality_code) == (kind == "moved within the municipality")


def test_nobody_is_struck_twice_but_by_days(moved_on: tuple[Registry, Registry, AgeingLog]) -> None:
    happened = moved_on[2].happened
    by_days = ("contact address deleted", "protection ended", "came of age")
    struck = [number for kind, numbers in happened.items() if kind not in by_days for number in numbers]

    assert len(struck) == len(set(struck))


def test_who_is_not_in_the_log_is_as_before(moved_on: tuple[Registry, Registry, AgeingLog]) -> None:
    before, after, log = moved_on
    named = {number for numbers in log.happened.values() for number in numbers} | set(log.successors.values())
    family = {n for number in log.successors for n in before[number].children}
    for number in log.successors:
        relatives = (before[number].spouse, before[number].mother, before[number].father)
        family |= {relative.cpr_number for relative in relatives if relative and relative.cpr_number}
    for person in after:
        if person.cpr_number not in named | family:
            assert person == before[person.cpr_number]


def test_the_cases_are_left_alone(moved_on: tuple[Registry, Registry, AgeingLog]) -> None:
    before, after, _ = moved_on
    for number in before.cases.values():
        assert after.get(number) == before.get(number)


def test_a_new_number_is_made_up_leads_to_the_same_person_and_is_followed_by_the_family(
    moved_on: tuple[Registry, Registry, AgeingLog],
) -> None:
    before, after, log = moved_on
    for old, new in log.successors.items():
        assert is_made_up(new)
        assert new not in before
        assert after[old].successor == new
        assert after[new].name == before[old].name
        assert after[new].residence == before[old].residence
        for number in before[old].children:
            child = after.get(number)
            parents = {p.cpr_number for p in (child.mother, child.father) if p} if child else {new}
            assert old not in parents
            assert new in parents


@pytest.mark.parametrize("kind", ["died", "emigrated", "disappeared", "protected", "number changed", "number doubled"])
def test_a_holder_of_custody_is_struck_by_whatever_can_strike_one(
    moved_on: tuple[Registry, Registry, AgeingLog], kind: str
) -> None:
    before, after, log = moved_on
    parents = [number for number in log.happened[kind] if _minors_of(before, number)]
    assert parents
    for number in parents:
        for child in _minors_of(before, number):
            now = after.get(log.successors.get(child, child))
            assert now is not None
            assert {relative.cpr_number for relative in (now.mother, now.father) if relative} & {
                number,
                log.successors.get(number),
            }


def _minors_of(registry: Registry, number: CprNumber) -> list[CprNumber]:
    return [child for child in registry[number].children if child in registry and registry[child].custody]


@pytest.mark.parametrize("kind", ["died", "protected", "number changed", "number doubled"])
def test_a_child_is_struck_by_what_changes_its_links(moved_on: tuple[Registry, Registry, AgeingLog], kind: str) -> None:
    before, _, log = moved_on
    assert [number for number in log.happened[kind] if before[number].custody]


def test_custody_changes_in_every_way_that_the_registry_knows(moved_on: tuple[Registry, Registry, AgeingLog]) -> None:
    before, after, log = moved_on

    def entries(kind: str) -> list[tuple[int, bool, bool]]:
        """Type, begun, ended of each entry of one child."""
        child = after[log.happened[kind][0]]
        assert child.custody != before[child.cpr_number].custody
        return [
            (
                entry.type,
                entry.start is None or entry.start <= LATER,
                entry.delete is not None and entry.delete <= LATER,
            )
            for entry in child.custody
        ]

    assert entries("custody of one parent ended") == [(3, True, False), (4, True, True)]
    assert entries("custody of one parent ends soon") == [(3, True, False), (4, True, False)]
    assert entries("custody of a second parent began") == [(3, True, False), (4, True, False)]
    assert entries("custody of a second parent begins soon") == [(3, True, False), (4, False, False)]
    assert entries("custody shared with an other holder") == [(3, True, False), (5, True, False)]
    assert entries("custody given to two others") == [(5, True, False), (6, True, False)]
    assert entries("custody of nobody") == []
    for kind, known in (
        ("custody of a holder who is not named", False),
        ("custody of a holder who is a minor", True),
        ("custody of a holder unknown to the registry", False),
    ):
        holder = after[log.happened[kind][0]].custody[-1].holder
        assert holder is not None
        assert (holder in after) == known
        assert not known or after[holder].custody


def test_a_household_moves_together(moved_on: tuple[Registry, Registry, AgeingLog]) -> None:
    before, after, log = moved_on
    together = 0
    moved = {*log.happened["moved within the municipality"], *log.happened["moved to another municipality"]}
    for number in moved:
        for child in before[number].children:
            if child in moved:
                together += 1
    assert together > 5
    assert after.today == LATER


def test_who_comes_of_age_has_no_custody_any_more(moved_on: tuple[Registry, Registry, AgeingLog]) -> None:
    _, after, log = moved_on
    for number in log.happened["came of age"]:
        person = after[number]
        assert person.birth_date is not None
        assert birthday(person.birth_date, 18) <= LATER
        assert person.custody == ()


def test_several_steps_end_on_the_last_day_with_everybody_still_to_be_found() -> None:
    registry = build_people(2_500, SEED, TODAY)
    numbers: set[CprNumber] = {person.cpr_number for person in registry}
    for day in (TODAY, TODAY + timedelta(days=1), TODAY + timedelta(days=40), TODAY + timedelta(days=400)):
        advance(registry, day)

    assert registry.today == TODAY + timedelta(days=400)
    assert numbers <= {person.cpr_number for person in registry}


def test_no_day_brings_nothing(cases: Registry) -> None:
    crowd = build_people(1_000, SEED, TODAY)
    before = list(crowd)

    assert advance(crowd, TODAY).counts == {}
    assert list(crowd) == before


def test_the_registry_does_not_go_back(cases: Registry) -> None:
    with pytest.raises(ValueError, match="name a later day"):
        advance(cases, date(2026, 5, 3))


def test_the_log_shows_counts_alone(moved_on: tuple[Registry, Registry, AgeingLog]) -> None:
    _, _, log = moved_on
    shown = repr(log)

    assert "'died': " in shown
    assert not any(number.digits in shown for numbers in log.happened.values() for number in numbers)
