"""The name, and what an answer lacks (docs/reference/rules.md, "Name" and "What an answer lacks")."""

from __future__ import annotations

import pytest

from tests.acceptance.made_up import GREENLAND, HOME, IMPORTED, NAME, PARIS, TOMORROW, YESTERDAY, without
from tests.fixtures.library import BOTH_VERSIONS, DAY, People

CONTACT = {"lines": ["Postboks 7", "9000 Aalborg"], "start": "2026-01-01", "delete": "2026-12-31"}


@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_the_name_is_the_addressing_name_whatever_the_legal_names(people: People) -> None:
    names = {"addressing": "Anna B. Prøvesen", "first": "Anna", "middle": "Bodil", "last": "Prøvesen"}
    patron = people.known(1, name=names, residence=HOME)
    assert patron.shown()["name"] == "Anna B. Prøvesen"


@pytest.mark.parametrize(
    ("names", "name"),
    [
        ({"first": "Anna", "middle": "Bodil", "last": "Prøvesen"}, "Anna Bodil Prøvesen"),
        ({"first": "Anna", "last": "Prøvesen"}, "Anna Prøvesen"),
        ({"last": "Prøvesen"}, "Prøvesen"),
        ({"addressing": "   ", "first": "Anna", "middle": " ", "last": "Prøvesen"}, "Anna Prøvesen"),
    ],
)
def test_where_the_addressing_name_is_empty_the_legal_names_are_joined(
    people: People, names: dict[str, str], name: str
) -> None:
    patron = people.known(1, columns=IMPORTED, name=names, residence=HOME)
    assert patron.shown()["name"] == name


@pytest.mark.parametrize("names", [None, {}, {"first": " "}], ids=["no element", "empty", "blank"])
def test_a_child_not_yet_named_keeps_the_name_that_the_library_has(
    people: People, names: dict[str, str] | None
) -> None:
    patron = people.known(1, columns=IMPORTED, name=names, residence=HOME)
    assert patron.shown()["name"] == "Indlæst Navn"
    assert patron.quarantine() is None


def test_a_child_not_yet_named_whom_nobody_has_named_has_no_name(people: People) -> None:
    patron = people.known(1, name={}, residence=HOME)
    assert patron.shown()["name"] is None


def test_a_birth_date_that_is_missing_leaves_the_library_s(people: People) -> None:
    patron = people.known(1, columns=IMPORTED, name=NAME, residence=HOME)
    assert patron.shown()["birth_date"] == "1980-01-01"


def test_a_birth_date_that_nobody_knows_is_null_and_never_cut_from_the_number(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    assert patron.shown()["birth_date"] is None


def test_the_registry_s_birth_date_goes_before_the_imported_one(people: People) -> None:
    patron = people.known(1, columns=IMPORTED, name=NAME, birth_date="1981-02-03", residence=HOME)
    shown = patron.shown()
    assert (shown["birth_date"], shown["birth_date_uncertain"]) == ("1981-02-03", False)


@pytest.mark.parametrize("status", [1, 3, 5, 7])
@pytest.mark.parametrize("residence", [None, {}], ids=["no element", "an empty element"])
def test_a_resident_without_a_residence_is_malformed(
    people: People, status: int, residence: dict[str, str] | None
) -> None:
    patron = people.known(1, name=NAME, birth_date="1980-01-01", residence=HOME)
    before = patron.shown()
    patron.registered(status, name={"addressing": "Ikke Taget"}, residence=residence)
    patron.refresh()
    after = patron.shown()
    assert after["quarantine"]["reason"] == "malformed"
    assert {**after, "quarantine": None, "checked_at": before["checked_at"]} == before


@pytest.mark.parametrize("status", [1, 3, 5, 7])
@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_a_resident_without_a_residence_whose_contact_address_is_valid_keeps_the_municipality(
    people: People, status: int
) -> None:
    home = GREENLAND if status in (5, 7) else HOME
    patron = people.known(5 if status in (5, 7) else 1, name=NAME, residence=home)
    municipality = patron.shown()["municipality_code"]
    patron.registered(status, name={"addressing": "Ny Navnesen"}, contact=CONTACT)
    patron.refresh()
    shown = patron.shown()
    assert (shown["quarantine"], shown["registry_status"], shown["name"]) == (None, status, "Ny Navnesen")
    assert (shown["municipality_code"], shown["address"]["kind"]) == (municipality, "contact")


@pytest.mark.parametrize(
    "contact",
    [
        {**CONTACT, "start": TOMORROW.isoformat()},
        {**CONTACT, "delete": DAY.isoformat()},
        {"start": YESTERDAY.isoformat()},
    ],
    ids=["not yet", "not any more", "without lines"],
)
def test_a_contact_address_that_is_not_valid_today_does_not_stand_in_for_a_residence(
    people: People, contact: dict[str, object]
) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(1, name=NAME, contact=contact)
    patron.refresh()
    assert patron.quarantine() == "malformed"


@pytest.mark.parametrize("status", [20, 70, 80, 90])
def test_nobody_else_needs_a_residence(people: People, status: int) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(status, name=NAME)
    patron.refresh()
    assert (patron.quarantine(), patron.shown()["registry_status"]) == (None, status)


@pytest.mark.parametrize("status", [1, 3, 5, 7])
@pytest.mark.parametrize("municipality", [None, 0], ids=["missing", "zero"])
def test_a_residence_without_a_municipality_clears_it_and_is_reported(
    people: People, status: int, municipality: int | None
) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(status, name=NAME, residence={**HOME, "municipality_code": municipality})
    report = patron.refresh()
    shown = patron.shown()
    assert (shown["municipality_code"], shown["quarantine"], shown["registry_status"]) == (None, None, status)
    assert report["notes"] == {"municipality missing": 1}


def test_a_municipality_that_is_on_no_list_is_stored_and_reported(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(1, name=NAME, residence={**HOME, "municipality_code": 12})
    report = patron.refresh()
    assert patron.shown()["municipality_code"] == "0012"
    assert report["notes"] == {"municipality unlisted": 1}


@pytest.mark.parametrize("code", [101, 411, 851, 955, 961])
def test_a_municipality_of_the_published_list_is_four_digits_and_not_reported(people: People, code: int) -> None:
    patron = people.enrol()
    patron.registered(5 if code > 900 else 1, name=NAME, residence={**HOME, "municipality_code": code})
    assert patron.refresh()["notes"] == {}
    assert patron.shown()["municipality_code"] == f"{code:04}"


@pytest.mark.parametrize("status", [50, 60])
@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_a_number_without_a_successor_is_malformed(people: People, status: int) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(status)
    patron.refresh()
    assert patron.quarantine() == "malformed"
    assert patron.stored("cpr_number") == patron.cpr_number


@pytest.mark.parametrize("status", [50, 60])
def test_a_successor_whom_the_registry_does_not_know_is_not_found_and_the_number_stays(
    people: People, status: int
) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(status, successor=people.number())
    report = patron.refresh()
    assert (report["look_ups"], report["outcomes"]) == (2, {"not found": 1})
    assert patron.quarantine() == "not found"
    assert patron.stored("cpr_number") == patron.cpr_number


@pytest.mark.parametrize(
    ("facts", "reason"),
    [({"status": 1}, "malformed"), ({"status": 1, "raw": {"persondata/personnummer": "0202009999"}}, "mismatched")],
    ids=["malformed", "mismatched"],
)
def test_the_number_does_not_move_where_the_end_of_the_chain_is_not_applied(
    people: People, facts: dict[str, object], reason: str
) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    successor = people.number()
    patron.registered(60, successor=successor)
    people.registered(successor, name={"addressing": "Ikke Taget"}, **facts)  # type: ignore[arg-type]
    patron.refresh()
    assert patron.quarantine() == reason
    assert patron.stored("cpr_number") == patron.cpr_number
    assert patron.shown()["name"] == "Prøve Prøvesen"
    assert (
        people.library.rows("SELECT FROM library.former_cpr_number WHERE patron_number = %s", patron.patron_number)
        == []
    )


@pytest.mark.parametrize(
    ("emigration", "lines", "country"),
    [
        (None, [], None),
        (without(PARIS, "lines"), [], "5130"),
        (without(PARIS, "country_code"), PARIS["lines"], None),
    ],
    ids=["nothing", "no lines", "no country"],
)
def test_an_emigrant_without_lines_or_country_is_foreign_with_what_there_is(
    people: People, emigration: dict[str, object] | None, lines: list[str], country: str | None
) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(80, name=NAME, emigration=emigration)
    patron.refresh()
    address = patron.shown()["address"]
    assert (address["kind"], address["lines"], address["country"]) == ("foreign", lines, country)


@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_an_answer_about_another_number_is_mismatched(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(
        1, name={"addressing": "En Anden"}, residence=HOME, raw={"persondata/personnummer": people.number()}
    )
    patron.refresh()
    assert (patron.quarantine(), patron.shown()["name"]) == ("mismatched", "Prøve Prøvesen")


@pytest.mark.parametrize(
    "raw",
    [{"persondata/status/status": "xx"}, {"persondata/foedselsdato/dato": "long ago"}, {"persondata/status": None}],
    ids=["status", "birth date", "no status"],
)
def test_an_answer_about_another_number_is_mismatched_whatever_else_is_wrong_with_it(
    people: People, raw: dict[str, str | None]
) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(
        1,
        birth_date="1980-01-01",
        residence=HOME,
        raw={"persondata/personnummer": people.number(), **raw},
    )
    patron.refresh()
    assert patron.quarantine() == "mismatched"


def test_an_answer_about_another_number_is_mismatched_even_where_it_is_a_changed_one(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    successor = people.number()
    patron.registered(60, successor=successor, raw={"persondata/personnummer": people.number()})
    people.registered(successor, 1, name=NAME, residence=HOME)
    report = patron.refresh()
    assert (patron.quarantine(), report["look_ups"]) == ("mismatched", 1)


def test_the_answer_about_the_successor_may_not_be_about_the_number_asked_first(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    successor = people.number()
    patron.registered(60, successor=successor)
    people.registered(successor, 1, residence=HOME, raw={"persondata/personnummer": patron.cpr_number})
    patron.refresh()
    assert patron.quarantine() == "mismatched"
