"""The shape of `patronsync patron --json`, `patronsync cases` and `patronsync refresh --json` (reference/commands)."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from cpr_client import CprNumber
from tests.acceptance.made_up import HOME, IMPORTED, NAME, PARIS, TOMORROW
from tests.fixtures.library import BOTH_VERSIONS, DAY, Library, People

KEYS = [
    "patron_number",
    "name",
    "birth_date",
    "birth_date_uncertain",
    "address",
    "municipality_code",
    "registry_status",
    "protected",
    "blocks",
    "patron_group",
    "checked_at",
    "quarantine",
    "guardians",
    "net_media",
]
ADDRESS_KEYS = ["kind", "co_name", "street", "lines", "town", "postal_code", "postal_district", "country"]


def _check_shape(shown: dict[str, Any]) -> None:
    """Every key is there, and each holds what it may hold."""
    assert list(shown) == KEYS
    assert isinstance(shown["patron_number"], str)
    for key in ("name", "patron_group"):
        assert shown[key] is None or isinstance(shown[key], str)
    if shown["birth_date"] is not None:
        date.fromisoformat(shown["birth_date"])
    assert shown["birth_date_uncertain"] in (None, True, False)
    assert shown["protected"] in (None, True, False)
    assert shown["municipality_code"] is None or re.fullmatch("[0-9]{4}", shown["municipality_code"])
    assert shown["registry_status"] in (None, 1, 3, 5, 7, 20, 30, 50, 60, 70, 80, 90)
    if shown["checked_at"] is not None:
        assert datetime.fromisoformat(shown["checked_at"]).utcoffset() is not None
    for block in shown["blocks"]:
        assert list(block) == ["reason", "source", "since"]
        assert block["source"] in ("registry", "staff") and date.fromisoformat(block["since"])
    if shown["quarantine"] is not None:
        assert list(shown["quarantine"]) == ["reason", "since", "next_try"]
        assert date.fromisoformat(shown["quarantine"]["since"])
        assert date.fromisoformat(shown["quarantine"]["next_try"])
    assert shown["guardians"] == [] and shown["net_media"] == []
    address = shown["address"]
    if address is None:
        assert shown["protected"] is not False
        return
    assert list(address) == ADDRESS_KEYS
    assert address["kind"] in (
        "residential", "contact", "administrative", "foreign", "last known", "as imported", "none"
    )  # fmt: skip
    assert isinstance(address["lines"], list) and all(isinstance(line, str) and line for line in address["lines"])
    for key in ADDRESS_KEYS:
        assert key in ("kind", "lines") or address[key] is None or (isinstance(address[key], str) and address[key])


STATES: dict[str, dict[str, Any] | None] = {
    "never asked about": None,
    "resident": {"status": 1, "birth_date": "1980-01-01", "residence": HOME},
    "in Greenland": {"status": 5, "residence": {**HOME, "municipality_code": 956}},
    "abroad": {"status": 80, "emigration": PARIS},
    "disappeared": {"status": 70},
    "dead": {"status": 90, "birth_date": "1940-01-01", "birth_date_uncertain": True, "status_date": "2026-01-01"},
    "annulled": {"status": 30},
    "malformed": {"status": 1},
    "protected": {"status": 1, "residence": HOME, "protection": {"flag": True}},
    "at a contact address": {"status": 1, "residence": HOME, "contact": {"lines": ["Postboks 7"]}},
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("columns", [{}, IMPORTED], ids=["bare", "imported"])
@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_every_key_is_there_and_holds_what_it_may(people: People, state: str, columns: dict[str, Any]) -> None:
    patron = people.enrol(**columns)
    facts = STATES[state]
    if facts is not None:
        patron.registered(name=NAME, **facts)
        patron.refresh()
    for options in ((), ("--reveal", "a test looks")):
        shown = patron.shown(DAY, *options)
        _check_shape(shown)
        assert patron.cpr_number not in json.dumps(shown)
    assert shown["address"] is not None


def test_before_the_registry_has_spoken_all_that_it_would_say_is_null(people: People) -> None:
    shown = people.enrol().shown()
    null = ("birth_date", "birth_date_uncertain", "municipality_code", "registry_status", "protected", "checked_at")
    assert {key: shown[key] for key in null} == dict.fromkeys(null)


def test_the_address_is_an_object_even_where_there_is_none(library: Library) -> None:
    library.enrol("L1", None)
    assert library.patron("L1")["address"] == {
        **dict.fromkeys(ADDRESS_KEYS),
        "kind": "none",
        "lines": [],
    }


def test_checked_at_is_when_the_registry_answered(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    [(answered_at,)] = people.library.rows(
        "SELECT max(asked_at) FROM sync.registry_access WHERE patron_number = %s", patron.patron_number
    )
    assert datetime.fromisoformat(patron.shown()["checked_at"]) == answered_at


def test_a_number_that_is_nobody_s_is_an_error_that_does_not_repeat_it(people: People) -> None:
    number = people.number()
    code, out = people.library.command("patron", number, "--json")
    assert code == 1
    assert number not in out and number not in people.library.errors


# patronsync cases ----------------------------------------------------------------------------------------------------


def _duplicate(people: People) -> tuple[str, str]:
    old, holder = people.known(1, name=NAME, residence=HOME), people.known(1, name=NAME, residence=HOME)
    old.registered(60, successor=holder.cpr_number)
    old.refresh()
    return old.patron_number, holder.patron_number


def test_cases_as_csv_have_the_columns_in_order(people: People) -> None:
    old, _ = _duplicate(people)
    code, out = people.library.command("cases", "--csv", "--today", DAY.isoformat())
    assert code == 0
    assert out.splitlines()[0] == "case_number,patron_number,kind,since,closed_on,text"
    [case] = [row for row in csv.DictReader(io.StringIO(out)) if row["patron_number"] == old]
    assert int(case["case_number"]) > 0
    assert (case["kind"], case["since"], case["closed_on"]) == ("duplicate patron", DAY.isoformat(), "")


def test_cases_as_csv_of_a_library_without_any_is_the_header_alone(library: Library) -> None:
    code, out = library.command("cases", "--csv")
    assert (code, out.split()) == (0, ["case_number,patron_number,kind,since,closed_on,text"])


def test_cases_are_words_the_table_keeps_codes(people: People) -> None:
    old, holder = _duplicate(people)
    [detail] = people.library.rows("SELECT kind, detail FROM library.staff_case WHERE patron_number = %s", old)
    assert detail == ("duplicate patron", {"other_patron": holder})


def test_cases_know_the_day(people: People) -> None:
    old, _ = _duplicate(people)
    _, out = people.library.command("cases", "--csv", "--today", (DAY - timedelta(days=1)).isoformat())
    assert old not in out
    _, out = people.library.command("cases", "--csv", "--today", TOMORROW.isoformat())
    assert old in out


def test_cases_of_an_unknown_kind_is_wrong_usage(people: People) -> None:
    assert people.library.command("cases", "--kind", "lost book")[0] == 2


# The report of a refresh ---------------------------------------------------------------------------------------------


def test_the_report_has_every_key_and_its_counts_add_up(library: Library) -> None:
    _mixed_night(library)
    report = library.refresh()
    fixed = [
        "run", "flow", "today", "dry_run", "state", "patrons", "look_ups", "changes", "outcomes", "seconds"
    ]  # fmt: skip
    assert [key for key in report if key in fixed] == fixed
    assert (report["flow"], report["today"], report["dry_run"]) == ("registry-refresh", DAY.isoformat(), False)
    counts = report["patrons"]
    assert list(counts) == [
        "due", "checked", "first_answers", "changed", "unchanged", "quarantined", "failed", "left"
    ]  # fmt: skip
    assert counts == {
        "due": 6,
        "checked": 6,
        "first_answers": 2,
        "changed": 1,
        "unchanged": 1,
        "quarantined": 2,
        "failed": 0,
        "left": 0,
    }
    assert report["look_ups"] == 7
    assert report["outcomes"] == {
        "first answer": 2, "changed": 1, "unchanged": 1, "not found": 1, "malformed": 1
    }  # fmt: skip
    assert sum(report["changes"].values()) == len(
        library.rows("SELECT FROM sync.change WHERE run_id = %s", report["run"])
    )


def test_patrons_in_quarantine_are_counted_and_the_run_is_done(library: Library) -> None:
    library.enrol("L1", "0101809995")
    report = library.refresh()
    assert (report["state"], report["patrons"]["quarantined"]) == ("done", 1)


def test_the_run_s_record_says_what_the_report_says(library: Library) -> None:
    _mixed_night(library)
    report = library.refresh()
    [record] = library.rows(
        "SELECT flow, today, dry_run, state, outcomes, changes, look_ups, counts FROM sync.run WHERE run_id = %s",
        report["run"],
    )
    assert record[:4] == ("registry-refresh", DAY, False, "done")
    assert record[4:7] == (report["outcomes"], report["changes"], report["look_ups"])
    assert {name: record[7][name] for name in report["patrons"]} == report["patrons"]
    batches = library.rows(
        "SELECT sum(checked)::int, sum(look_ups)::int, sum(quarantined)::int FROM sync.batch WHERE run_id = %s",
        report["run"],
    )
    assert batches == [(6, 7, 2)]


def _mixed_night(library: Library) -> None:
    """Somebody new, somebody new whose number has changed, a change, no change, and two in quarantine."""
    for place in range(6):
        library.enrol(f"L{place}", f"0{place + 1}01809995")
        library.person(f"0{place + 1}01809995", name=NAME, residence=HOME)
    library.refresh(DAY - timedelta(days=1), "patrons", "L2", "L3", "L4")
    library.person("0201809995", 60, successor="0901809995")
    library.person("0901809995", name=NAME, residence=HOME)
    library.person("0301809995", name={"addressing": "Ny Navnesen"}, residence=HOME)
    library.person("0501809995", name=NAME)
    library.registry.forget(CprNumber("0601809995"))
