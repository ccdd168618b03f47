"""Name and address protection, and what it takes to see through it (docs/reference/rules.md)."""

from __future__ import annotations

import getpass
from datetime import date, timedelta
from typing import Any

import pytest

from flows.reporting import patron_view
from tests.acceptance.made_up import GREENLAND, HOME, IMPORTED, NAME, TOMORROW, YESTERDAY
from tests.fixtures.library import BOTH_VERSIONS, DAY, Library, People, Somebody

SECRET = {"flag": True}


def _protection(flag: bool | None = None, start: date | None = None, end: date | None = None) -> dict[str, Any]:
    return {"flag": flag, "start": start and start.isoformat(), "end": end and end.isoformat()}


def _disclosures(patron: Somebody) -> list[tuple[Any, ...]]:
    return patron.people.library.rows(
        "SELECT os_user, db_user, reason, at BETWEEN now() - interval '5 minutes' AND now() FROM sync.disclosure "
        "WHERE patron_number = %s ORDER BY disclosure_id",
        patron.patron_number,
    )


# Who is protected --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("flag", "start", "end", "protected"),
    [
        (True, None, None, True),
        (True, None, YESTERDAY, True),  # the flag says so, or the dates do
        (True, TOMORROW, None, True),
        (False, None, None, False),
        (False, YESTERDAY, TOMORROW, True),
        (False, DAY, DAY, True),
        (False, TOMORROW, None, False),
        (False, None, YESTERDAY, False),
        (None, DAY, None, True),  # a missing end: for ever
        (None, TOMORROW, None, False),
        (None, None, DAY, True),  # a missing start: always; the last day counts
        (None, None, YESTERDAY, False),
        (None, YESTERDAY, None, True),
    ],
)
@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_a_patron_is_protected_while_the_flag_says_so_or_today_lies_in_its_dates(
    people: People, flag: bool | None, start: date | None, end: date | None, protected: bool
) -> None:
    patron = people.enrol()
    patron.registered(1, name=NAME, residence=HOME, protection=_protection(flag, start, end))
    patron.refresh()
    assert patron.shown()["protected"] is protected


@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_no_element_is_not_protected(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    assert patron.shown()["protected"] is False


@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_an_element_that_is_there_but_says_nothing_counts_as_protected(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME, protection={})
    assert patron.shown()["protected"] is True
    assert patron.revealed()["name"] == "Prøve Prøvesen"


@pytest.mark.parametrize(
    "raw",
    [
        {"persondata/adressebeskyttelse/beskyttet": "no"},
        {"persondata/adressebeskyttelse/beskyttet": ""},
        {"persondata/adressebeskyttelse/slutdato": "sometime"},
        {"persondata/adressebeskyttelse/startdato": "2026-02-30"},
    ],
)
@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_an_element_whose_flag_or_dates_can_not_be_read_counts_as_protected_and_the_rest_is_applied(
    people: People, raw: dict[str, str]
) -> None:
    patron = people.known(1, name={"addressing": "Før"}, residence=HOME)
    patron.registered(1, name=NAME, residence=HOME, protection={"flag": False}, raw=raw)
    assert patron.refresh()["outcomes"] == {"changed": 1}
    assert patron.shown()["protected"] is True
    assert patron.revealed()["name"] == "Prøve Prøvesen"


def test_an_unreadable_protection_goes_with_an_answer_that_can_be_read(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME, protection={})
    patron.registered(1, name=NAME, residence=HOME, protection={"flag": False})
    patron.refresh()
    assert (patron.shown()["protected"], patron.shown()["name"]) == (False, "Prøve Prøvesen")


@pytest.mark.parametrize("other", ["directory_protection", "marketing_protection"])
def test_the_other_protections_are_not_this_one(people: People, other: str) -> None:
    facts: dict[str, Any] = {other: {"flag": True, "start": "2020-01-01", "end": "2101-01-01"}}
    patron = people.known(1, name=NAME, residence=HOME, **facts)
    assert patron.shown()["protected"] is False


def test_the_dates_are_held_against_today_where_the_patron_is_read(people: People) -> None:
    begins, ends = DAY + timedelta(days=10), DAY + timedelta(days=20)
    patron = people.known(1, name=NAME, residence=HOME, protection=_protection(False, begins, ends))
    asked = people.library.asked_about(patron.cpr_number)
    seen = {days: patron.shown(DAY + timedelta(days=days)) for days in (0, 9, 10, 20, 21)}
    assert {days: shown["protected"] for days, shown in seen.items()} == {
        0: False,
        9: False,
        10: True,
        20: True,
        21: False,
    }
    assert {days for days, shown in seen.items() if shown["name"] is None and shown["address"] is None} == {10, 20}
    assert people.library.asked_about(patron.cpr_number) == asked


def test_before_the_registry_has_spoken_protection_is_unknown_and_the_patron_is_withheld(people: People) -> None:
    patron = people.enrol(**IMPORTED)
    shown = patron.shown()
    assert (shown["protected"], shown["name"], shown["address"]) == (None, None, None)
    assert patron.revealed()["name"] == "Indlæst Navn"


@pytest.mark.parametrize("reason", ["not found", "malformed", "number annulled"])
def test_an_answer_that_says_nothing_of_it_leaves_protection_unknown(people: People, reason: str) -> None:
    patron = people.enrol(**IMPORTED)
    if reason == "malformed":
        patron.registered(1, name=NAME, protection={"flag": False})
    elif reason == "number annulled":
        patron.registered(30, protection={"flag": False})
    patron.refresh()
    shown = patron.shown()
    assert (shown["quarantine"]["reason"], shown["protected"], shown["name"]) == (reason, None, None)


@pytest.mark.parametrize("number", [None, "6101809995", "010180AB95"])
def test_without_a_number_or_with_a_replacement_number_a_patron_is_not_protected(
    library: Library, number: str | None
) -> None:
    library.enrol("L1", number, **IMPORTED)
    shown = library.patron("L1")
    assert (shown["protected"], shown["name"]) == (False, "Indlæst Navn")
    assert shown["address"]["street"] == IMPORTED["street"]


# When it takes effect ----------------------------------------------------------------------------------------------


def test_protection_takes_effect_in_the_transaction_that_learns_of_it(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(1, name={"addressing": "Ny Navnesen"}, residence={**HOME, "door": "th"}, protection=SECRET)
    patron.refresh()
    assert list(patron.told()) == ["patron.name", "patron.address", "patron.protection"]
    transactions = people.library.rows(
        "SELECT DISTINCT transaction_id FROM sync.change WHERE patron_number = %s AND position > %s",
        patron.patron_number,
        people.told_until,
    )
    assert len(transactions) == 1
    assert patron.shown()["name"] is None


def test_protection_that_begins_by_its_date_is_told_by_the_next_answer(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME, protection=_protection(False, TOMORROW))
    assert patron.refresh()["outcomes"] == {"unchanged": 1}
    assert patron.refresh(TOMORROW)["outcomes"] == {"changed": 1}
    assert patron.told() == {"patron.protection": ["protected"]}


def test_protection_that_lapses_is_told_the_day_after_its_last_day(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME, protection=_protection(False, None, DAY))
    assert patron.refresh()["outcomes"] == {"unchanged": 1}
    patron.refresh(TOMORROW)
    assert patron.told() == {"patron.protection": ["protected"]}
    assert patron.shown(TOMORROW)["name"] == "Prøve Prøvesen"


# What is shown -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_a_protected_patron_is_shown_without_name_and_address_but_with_municipality_and_group(people: People) -> None:
    people.library.connection.execute("INSERT INTO library.patron_group VALUES ('Voksen') ON CONFLICT DO NOTHING")
    patron = people.known(
        1, {"patron_group": "Voksen"}, name=NAME, birth_date="1980-01-01", residence=HOME, protection=SECRET
    )
    patron.blocked_by_staff("stolen card")
    shown = patron.shown()
    assert (shown["protected"], shown["name"], shown["address"]) == (True, None, None)
    assert (shown["municipality_code"], shown["patron_group"], shown["registry_status"]) == ("0851", "Voksen", 1)
    assert shown["blocks"] == [{"reason": "stolen card", "source": "staff", "since": DAY.isoformat()}]


def test_the_library_keeps_the_address_of_a_protected_patron(people: People) -> None:
    patron = people.known(5, name=NAME, residence=GREENLAND, protection=SECRET)
    address = patron.revealed()["address"]
    assert (address["street"], address["postal_district"]) == ("Aqqusinersuaq 7", "Nuuk")


@pytest.mark.parametrize("facts", [{"protection": SECRET}, None], ids=["protected", "unknown"])
def test_neither_name_nor_address_is_printed_for_a_person_either(people: People, facts: dict[str, Any] | None) -> None:
    patron = people.enrol(**IMPORTED)
    if facts is not None:
        patron.registered(1, name=NAME, residence=HOME, **facts)
        patron.refresh()
    code, out = people.library.command("patron", patron.patron_number, "--today", DAY.isoformat())
    assert code == 0
    for secret in ("Prøvesen", "Indlæst", "Strandvejen", "Gamlevej", "9000"):
        assert secret not in out
    assert "0851" in out


# --reveal ----------------------------------------------------------------------------------------------------------


def test_reveal_shows_name_and_address_and_leaves_a_row_that_says_who_when_and_why(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME, protection=SECRET)
    assert _disclosures(patron) == []
    shown = patron.shown(DAY, "--reveal", "called about a letter")
    assert (shown["name"], shown["address"]["street"]) == ("Prøve Prøvesen", "Strandvejen 12A, st. tv")
    [(database_user,)] = people.library.rows("SELECT session_user::text")
    assert _disclosures(patron) == [(getpass.getuser(), database_user, "called about a letter", True)]


def test_each_time_leaves_a_row(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME, protection=SECRET)
    for reason in ("first", "second"):
        patron.shown(DAY, "--reveal", reason)
    patron.shown()
    assert [reason for _, _, reason, _ in _disclosures(patron)] == ["first", "second"]


@pytest.mark.parametrize("options", [["--json"], []])
def test_no_row_no_name(library: Library, options: list[str]) -> None:
    library.enrol("L1", "0101809995")
    library.person("0101809995", name=NAME, residence=HOME, protection=SECRET)
    library.refresh()
    library.connection.execute("ALTER TABLE sync.disclosure ADD CONSTRAINT full_disk CHECK (false)")
    code, out = library.command("patron", "L1", "--reveal", "called about a letter", *options)
    assert code == 1
    assert "Prøvesen" not in out and "Strandvejen" not in out


def test_the_row_is_committed_before_the_name_is_shown(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    patron = people.known(1, name=NAME, residence=HOME, protection=SECRET)
    make, rows_by_then = patron_view.patron_json, []

    def looked_at(*arguments: Any, **named: Any) -> dict[str, Any]:
        rows_by_then.append(len(_disclosures(patron)))  # seen from another connection
        return make(*arguments, **named)

    monkeypatch.setattr(patron_view, "patron_json", looked_at)
    assert patron.revealed()["name"] == "Prøve Prøvesen"
    assert rows_by_then == [1]


@pytest.mark.parametrize("reason", ["", "   "])
def test_reveal_without_a_reason_is_wrong_usage(people: People, reason: str) -> None:
    patron = people.known(1, name=NAME, residence=HOME, protection=SECRET)
    code, out = people.library.command("patron", patron.patron_number, "--json", "--reveal", reason)
    assert code == 2 and "Prøvesen" not in out
    assert _disclosures(patron) == []
