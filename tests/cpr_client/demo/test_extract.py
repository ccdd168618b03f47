"""What a library would know of the made-up people."""

from __future__ import annotations

from collections import Counter

import pytest

from cpr_client.demo.extract import extract_rows, people_for
from cpr_client.demo.people import SEED, build_people
from cpr_client.demo.registry import Registry
from tests.cpr_client.demo.conftest import TODAY


def test_there_are_as_many_patrons_as_asked_for_and_no_number_twice(crowd: Registry) -> None:
    rows = list(extract_rows(crowd, 4_000))
    numbers = [row["cpr_number"] for row in rows if row["cpr_number"] is not None]

    assert len(rows) == 4_000
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("patrons", [1, 50, 300, 1_000])
def test_people_for_so_many_patrons_are_enough(patrons: int) -> None:
    registry = build_people(people_for(patrons), SEED, TODAY)

    assert len(list(extract_rows(registry, patrons))) == patrons


def test_the_same_registry_gives_the_same_extract(crowd: Registry) -> None:
    assert list(extract_rows(crowd, 3_000)) == list(extract_rows(build_people(5_000, SEED, TODAY), 3_000))


def test_a_registry_too_small_says_so(crowd: Registry) -> None:
    with pytest.raises(ValueError, match="build more"):
        list(extract_rows(crowd, 5_000))


def test_a_first_load_stays_below_the_lines_for_first_answers(crowd: Registry) -> None:
    rows = list(extract_rows(crowd, 4_000))
    for first in (1_000, 2_000, 3_000, 4_000):
        answers: Counter[str] = Counter()
        malformed = {n for name, n in crowd.cases.items() if name.startswith(("malformed", "mismatched"))}
        for row in rows[:first]:
            number = row["cpr_number"]
            if number is None or number.is_replacement:
                continue
            person = crowd.get(number)
            bad = number in malformed
            answers["not found" if person is None else "malformed" if bad else str(person.status)] += 1
        assert answers["90"] < 0.05 * first * 0.7
        assert answers["not found"] < 0.05 * first * 0.7
        assert answers["malformed"] < 0.01 * first * 0.9


def test_patrons_without_a_number_with_a_replacement_and_unknown_to_the_registry_are_among_them(
    crowd: Registry,
) -> None:
    numbers = [row["cpr_number"] for row in extract_rows(crowd, 4_000)]
    replaced = [number for number in numbers if number is not None and number.is_replacement]

    assert numbers.count(None) >= 10
    assert any(number.digits.isdigit() for number in replaced)
    assert any(not number.digits.isdigit() for number in replaced)
    assert (
        10 <= sum(number is not None and not number.is_replacement and number not in crowd for number in numbers) < 60
    )


def test_one_person_is_a_patron_twice_by_the_old_number_and_the_one_in_force(crowd: Registry) -> None:
    numbers = {row["cpr_number"] for row in extract_rows(crowd, 4_000)}
    both = [p for p in crowd if p.cpr_number in numbers and p.successor is not None and p.successor in numbers]
    both = [p for p in both if not any(p.cpr_number == n for name, n in crowd.cases.items() if "circle" in name)]

    assert [p.cpr_number for p in both] == [crowd.cases["two patrons: the old number"]]


def test_every_case_that_is_a_patron_is_in_the_extract_but_for_some_of_the_malformed(crowd: Registry) -> None:
    numbers = {row["cpr_number"] for row in extract_rows(crowd, 4_000)}
    bad = {name for name in crowd.cases if name.startswith("malformed") or "leads to a m" in name}
    for name, number in crowd.cases.items():
        patron = " / " not in name and not name.startswith("number in force")
        assert not patron or name in bad or number in numbers, name
    assert sum(crowd.cases[name] in numbers for name in bad) == 11


def test_children_are_patrons_and_some_of_their_parents_are_not(crowd: Registry) -> None:
    numbers = {row["cpr_number"] for row in extract_rows(crowd, 4_000)}
    children = [p for p in crowd if p.cpr_number in numbers and p.custody]
    outside = [p for p in children if p.mother and p.mother.cpr_number in crowd and p.mother.cpr_number not in numbers]

    assert len(children) > 300
    assert 5 < len(outside) < len(children) / 2


def test_the_library_still_has_the_address_of_who_died_or_left(crowd: Registry) -> None:
    gone = 0
    for row in extract_rows(crowd, 4_000):
        person = crowd.get(row["cpr_number"]) if row["cpr_number"] else None
        if person is not None and person.status in (70, 80, 90) and person.cpr_number not in crowd.cases.values():
            gone += 1
            assert row["address"] and row["postal_code"] and row["municipality_code"]
    assert gone > 20


def test_municipalities_are_four_digits_and_every_row_has_a_name(crowd: Registry) -> None:
    for row in extract_rows(crowd, 4_000):
        assert row["name"]
        assert row["municipality_code"] is None or len(row["municipality_code"]) == 4
