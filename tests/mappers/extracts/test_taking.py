"""What a line of an extract does to the patron it is about, and which event tells of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappers import events
from mappers.extracts.patrons import EVENT_OF_FIELD
from mappers.extracts.taking import (
    NOBODY,
    Fields,
    is_third_number,
    last_birth_date_of_an_adult,
    taken,
    withholds_group,
)

TODAY = date(2026, 11, 24)
ANNA: Fields = {
    **NOBODY,
    "cpr_number": "0101901234",
    "name": "Anna Jensen",
    "birth_date": date(1990, 1, 1),
    "street": "Nørregade 1",
    "postal_code": "9000",
    "address_kind": "as imported",
    "municipality_code": "0851",
    "patron_group": "Voksen",
    "mobile": frozenset({"20202020"}),
}
KNOWN_TO_THE_REGISTRY: Fields = {**ANNA, "registry_status": 1, "address_kind": "residential"}


def changed(before: Fields, line: dict[str, str | None], **how: Any) -> set[str]:
    after = taken(before, line, **how)
    return {field for field in after if after[field] != before[field]}


def test_a_column_that_the_file_lacks_is_left_alone() -> None:
    assert changed(ANNA, {"patron_number": "100"}) == set()


def test_an_empty_cell_clears() -> None:
    assert changed(ANNA, {"name": None, "mobile": None}) == {"name", "mobile"}


def test_the_registrys_facts_are_taken_only_while_it_has_not_spoken() -> None:
    line = {
        "cpr_number": "0202802345",
        "name": "Anna Holm",
        "birth_date": "1980-02-02",
        "address": "Søndergade 2",
        "postal_code": "9200",
        "postal_district": "Aalborg SV",
        "municipality_code": "0101",
    }
    assert changed(ANNA, line) == {"street" if column == "address" else column for column in line}
    assert changed(KNOWN_TO_THE_REGISTRY, line) == set()


def test_what_the_library_owns_is_always_taken() -> None:
    line = {"email": "anna@example.org", "patron_group": "Studerende", "landline": "98989898", "internal_note": "x"}
    assert changed(KNOWN_TO_THE_REGISTRY, line) == set(line)


def test_an_address_of_one_line_is_the_street_and_its_kind_is_as_imported() -> None:
    after = taken(NOBODY, {"address": "Nørregade 1"})
    assert (after["street"], after["address_kind"]) == ("Nørregade 1", "as imported")


def test_without_an_address_the_kind_is_none() -> None:
    assert taken(NOBODY, {"address": None, "postal_code": None})["address_kind"] == "none"
    assert taken(ANNA, {"address": None, "postal_code": None})["address_kind"] == "none"
    assert taken(ANNA, {"address": None})["address_kind"] == "as imported"  # the postal code is there still


def test_a_number_that_the_registry_has_replaced_brings_nothing_back() -> None:
    assert not is_third_number(KNOWN_TO_THE_REGISTRY, {"0303701111"}, {"cpr_number": "0303701111"})
    assert changed(KNOWN_TO_THE_REGISTRY, {"cpr_number": "0303701111"}) == set()


def test_a_third_number_is_one_that_is_neither_in_force_nor_former() -> None:
    assert is_third_number(KNOWN_TO_THE_REGISTRY, set(), {"cpr_number": "0303701111"})
    assert not is_third_number(KNOWN_TO_THE_REGISTRY, set(), {"cpr_number": "0101901234"})
    assert not is_third_number(KNOWN_TO_THE_REGISTRY, set(), {"cpr_number": None})
    assert not is_third_number(KNOWN_TO_THE_REGISTRY, set(), {"name": "Anna"})
    assert not is_third_number(ANNA, set(), {"cpr_number": "0303701111"})


def test_a_childs_group_given_to_an_adult_is_withheld() -> None:
    child = {"child_groups": ["Barn"], "last_birth_date": last_birth_date_of_an_adult(TODAY)}
    line = {"patron_group": "Barn"}
    assert withholds_group(ANNA, line, **child)
    assert changed(ANNA, line, group_withheld=True) == set()
    assert not withholds_group({**ANNA, "birth_date": date(2010, 1, 1)}, line, **child)
    assert not withholds_group({**ANNA, "birth_date": None}, line, **child)
    assert not withholds_group(ANNA, {"patron_group": "Voksen"}, **child)


def test_who_is_an_adult_follows_the_birth_date_that_counts_once_the_line_is_loaded() -> None:
    child = {"child_groups": ["Barn"], "last_birth_date": last_birth_date_of_an_adult(TODAY)}
    line = {"patron_group": "Barn", "birth_date": "2015-01-01"}
    assert not withholds_group(ANNA, line, **child)
    assert withholds_group(KNOWN_TO_THE_REGISTRY, line, **child)
    assert not withholds_group(ANNA, {**line, "birth_date": None}, **child)


@given(born=st.dates(date(1900, 1, 1), date(2060, 1, 1)), after=st.integers(-400, 400))
def test_an_adult_has_had_the_18th_birthday_and_the_29th_of_february_is_the_1st_of_march(
    born: date, after: int
) -> None:
    try:
        birthday = born.replace(year=born.year + 18)
    except ValueError:
        birthday = date(born.year + 18, 3, 1)
    today = birthday + timedelta(days=after)
    assert (born <= last_birth_date_of_an_adult(today)) == (today >= birthday)


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ({"name": "Anna Holm"}, {events.NAME}),
        ({"birth_date": "1990-01-02"}, {events.NAME}),
        ({"address": "Søndergade 2"}, {events.ADDRESS}),
        ({"postal_district": "Aalborg SV"}, set()),
        ({"municipality_code": "0101"}, {events.MUNICIPALITY}),
        ({"cpr_number": "0202802345"}, {events.CPR_NUMBER}),
        ({"patron_group": "Studerende"}, {events.GROUP}),
        ({"home_branch": "Havnen"}, {events.BRANCH}),
        ({"language": "en", "email": "a@example.org", "mobile": None, "landline": "9"}, {events.CONTACT}),
        ({"blocked_on": "2026-01-01", "block_reason": "Gebyrer"}, {events.BLOCK}),
        ({"absent_from": "2026-01-01", "absent_to": None}, {events.ABSENCE}),
        ({"card_number": "K1", "internal_note": "x", "note_to_patron": "y"}, set()),
    ],
)
def test_each_fact_has_the_event_that_tells_of_it(line: dict[str, str | None], kinds: set[str]) -> None:
    assert {EVENT_OF_FIELD[field] for field in changed(ANNA, line) if field in EVENT_OF_FIELD} == kinds
