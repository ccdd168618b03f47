"""Change events and first answers (docs/reference/rules.md, "Change events" and "First answer")."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.made_up import HOME, IMPORTED, NAME, OTHER_NAME, PARIS, TOMORROW, TOWN_HALL
from tests.fixtures.library import BOTH_VERSIONS, DAY, People

CONTACT = {"lines": ["Postboks 7", "9000 Aalborg"]}

EVERYTHING: dict[str, Any] = {
    "name": NAME,
    "birth_date": "1980-01-01",
    "residence": {**HOME, "co_name": "c/o Andersen", "locality": "Solhavehjemmet", "town": "Nørre Uttrup"},
    "protection": {"flag": True, "start": "2026-01-01"},
    "status_date": "2020-02-02",
}


@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_a_first_answer_makes_one_event_of_each_kind_that_it_fills(people: People) -> None:
    patron = people.enrol()
    patron.registered(1, **EVERYTHING)
    report = patron.refresh()
    kinds = ["patron.name", "patron.address", "patron.municipality", "patron.status", "patron.protection"]
    assert list(patron.told()) == kinds
    assert report["changes"] == dict.fromkeys(kinds, 1)


def test_a_first_answer_is_counted_as_such_and_not_as_changed(people: People) -> None:
    patron = people.enrol()
    patron.registered(1, **EVERYTHING)
    report = patron.refresh()
    assert report["outcomes"] == {"first answer": 1}
    counts = report["patrons"]
    assert (counts["first_answers"], counts["changed"], counts["checked"]) == (1, 0, 1)


def test_a_first_answer_that_says_what_the_extract_said_tells_it_all_the_same(people: People) -> None:
    patron = people.enrol(**IMPORTED)
    patron.registered(
        1, name={"addressing": "Indlæst Navn"}, birth_date="1980-01-01", residence={**HOME, "municipality_code": 851}
    )
    patron.refresh()
    assert {"patron.name", "patron.address", "patron.municipality"} <= set(patron.told())


def test_a_first_answer_tells_nothing_of_what_it_leaves_empty(people: People) -> None:
    patron = people.enrol()
    patron.registered(20)
    patron.refresh()
    assert list(patron.told()) == ["patron.status", "patron.protection"]


def test_a_first_answer_about_the_dead_tells_the_block(people: People) -> None:
    patron = people.enrol()
    patron.registered(90, name=NAME)
    patron.refresh()
    assert {"patron.name", "patron.status", "patron.block"} <= set(patron.told())


def test_a_first_answer_under_a_new_number_tells_that_it_moved(people: People) -> None:
    patron = people.enrol()
    successor = people.number()
    patron.registered(60, successor=successor)
    people.registered(successor, 1, name=NAME, residence=HOME)
    assert patron.refresh()["outcomes"] == {"first answer": 1}
    assert {"patron.name", "patron.cpr_number"} <= set(patron.told())


def test_the_answer_after_an_annulled_number_is_the_first_where_downstream_was_shown_nothing_until_then(
    people: People,
) -> None:
    patron = people.enrol(**IMPORTED)
    patron.registered(30)
    patron.refresh()
    assert patron.told() == {"patron.status": ["registry_status"], "patron.block": ["blocks"]}
    patron.registered(1, name={"addressing": "Indlæst Navn"}, birth_date="1980-01-01", residence=HOME)
    assert patron.refresh(TOMORROW)["outcomes"] == {"first answer": 1}
    assert list(patron.told()) == [
        "patron.name",
        "patron.address",
        "patron.municipality",
        "patron.status",
        "patron.protection",
        "patron.block",
    ]


@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_an_unchanged_patron_makes_no_event_and_no_row_of_theirs_is_rewritten(people: People) -> None:
    patron = people.known(1, **EVERYTHING)
    version_before = patron.stored("xmin::text")
    report = patron.refresh()
    assert (report["outcomes"], report["changes"], patron.told()) == ({"unchanged": 1}, {}, {})
    assert patron.stored("xmin::text") == version_before


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ({"name": OTHER_NAME}, {"patron.name": ["name"]}),
        ({"residence": {**HOME, "door": "th"}}, {"patron.address": ["door"]}),
        (
            {"residence": {**HOME, "municipality_code": 101}},
            {"patron.address": ["municipality_code"], "patron.municipality": ["municipality_code"]},
        ),
        ({"protection": {"flag": True}}, {"patron.protection": ["protected"]}),
        (
            {"status": 3, "residence": {**TOWN_HALL, "municipality_code": 851}},
            {
                "patron.address": ["address_kind", "road_code", "house_number", "floor", "door"],
                "patron.status": ["registry_status"],
            },
        ),
        ({"contact": CONTACT}, {"patron.address": ["address_kind", "address_lines"]}),
    ],
    ids=["name", "address", "municipality", "protection", "status", "contact"],
)
@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_a_change_makes_one_event_of_its_kind_that_names_the_fields(
    people: People, after: dict[str, Any], told: dict[str, list[str]]
) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    facts = {"name": NAME, "residence": HOME, **after}
    patron.registered(facts.pop("status", 1), **facts)
    assert patron.refresh()["outcomes"] == {"changed": 1}
    found = patron.told()
    assert set(found) == set(told)
    assert {kind: sorted(fields) for kind, fields in found.items() if kind != "patron.address"} == {
        kind: sorted(fields) for kind, fields in told.items() if kind != "patron.address"
    }
    assert set(told.get("patron.address", [])) <= set(found.get("patron.address", []))


def test_who_changes_in_every_way_at_once_makes_one_event_of_each_kind(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    successor = people.number()
    patron.registered(60, successor=successor)
    people.registered(
        successor, 90, name=OTHER_NAME, birth_date="1980-01-01", protection={"flag": True}, status_date="2026-03-01"
    )
    report = patron.refresh()
    assert list(patron.told()) == [
        "patron.name",
        "patron.address",
        "patron.municipality",
        "patron.status",
        "patron.protection",
        "patron.cpr_number",
        "patron.block",
    ]
    assert report["changes"] == dict.fromkeys(patron.told(), 1)
    assert report["patrons"]["changed"] == 1


def test_a_number_that_moves_and_nothing_else_says_only_that_it_moved(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    successor = people.number()
    patron.registered(60, successor=successor)
    people.registered(successor, 1, name=NAME, residence=HOME)
    patron.refresh()
    assert patron.told() == {"patron.cpr_number": ["cpr_number"]}


def test_a_status_date_alone_is_stored_and_makes_no_event(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME, status_date="2020-01-01")
    patron.registered(1, name=NAME, residence=HOME, status_date="2021-01-01")
    assert patron.refresh()["outcomes"] == {"unchanged": 1}
    assert (patron.told(), patron.stored("registry_status_date::text")) == ({}, "2021-01-01")


def test_a_quarantine_alone_makes_no_event(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(1, name=OTHER_NAME)
    patron.refresh()
    assert (patron.quarantine(), patron.told()) == ("malformed", {})


def test_no_event_holds_a_value_of_the_patron(people: People) -> None:
    patron = people.enrol(**IMPORTED)
    patron.registered(1, **EVERYTHING)
    patron.refresh()
    successor = people.number()
    patron.registered(60, successor=successor)
    people.registered(successor, 80, name=OTHER_NAME, birth_date="1981-01-01", emigration=PARIS, contact=CONTACT)
    patron.refresh(TOMORROW)
    columns = {name for (name,) in people.library.rows(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'library' AND table_name = 'patron'"
    )}  # fmt: skip
    fields = people.library.rows(
        "SELECT DISTINCT unnest(fields) FROM sync.change WHERE patron_number = %s", patron.patron_number
    )
    assert {field for (field,) in fields} <= columns | {"protected", "blocks"}
    [(text,)] = people.library.rows(
        "SELECT string_agg(to_jsonb(change)::text, ' ') FROM sync.change WHERE patron_number = %s", patron.patron_number
    )
    for value in (patron.cpr_number, successor, "Prøvesen", "Navnesen", "Strandvejen", "0851", "1980", "Postboks"):
        assert value not in text


def test_an_event_names_the_run_that_made_it(people: People) -> None:
    patron = people.enrol()
    patron.registered(1, **EVERYTHING)
    report = patron.refresh()
    assert people.library.rows(
        "SELECT DISTINCT run_id FROM sync.change WHERE patron_number = %s", patron.patron_number
    ) == [(report["run"],)]


def test_a_dry_run_counts_the_events_and_makes_none(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(1, name=OTHER_NAME, residence=HOME)
    report = patron.refresh(DAY, dry_run=True)
    assert (report["changes"], report["outcomes"], patron.told()) == ({"patron.name": 1}, {"changed": 1}, {})
