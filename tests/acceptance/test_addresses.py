"""Every sentence on addresses, through the whole of a refresh (docs/reference/rules.md, "Address")."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.acceptance.made_up import GREENLAND, HOME, IMPORTED, NAME, PARIS, TOMORROW, TOWN_HALL, YESTERDAY, without
from tests.fixtures.library import BOTH_VERSIONS, DAY, People

STREET = "Strandvejen 12A, st. tv"
LINES = ["c/o Fabelsen", "Postboks 7", "9000 Aalborg"]
CONTACT: dict[str, Any] = {"lines": LINES, "start": "2026-01-01", "delete": "2026-12-31"}


def _facts(status: int) -> dict[str, Any]:
    """What the registry holds of somebody with this status."""
    if status in (1, 3):
        return {"residence": HOME if status == 1 else TOWN_HALL}
    if status in (5, 7):
        return {"residence": GREENLAND}
    return {"emigration": PARIS} if status == 80 else {}


# The contact address ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [1, 3, 5, 7, 20, 70, 80])
@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_a_contact_address_valid_today_is_the_current_one_whatever_the_status(people: People, status: int) -> None:
    patron = people.known(status, name=NAME, contact=CONTACT, **_facts(status))
    shown = patron.shown()
    assert shown["registry_status"] == status
    assert shown["address"] == {
        "kind": "contact",
        "co_name": None,
        "street": None,
        "lines": LINES,
        "town": None,
        "postal_code": None,
        "postal_district": None,
        "country": None,
    }


def test_the_dead_have_no_contact_address(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME, contact=CONTACT)
    assert patron.shown()["address"]["kind"] == "contact"
    patron.registered(90, name=NAME, contact=CONTACT)
    patron.refresh()
    address = patron.shown()["address"]
    assert (address["kind"], address["street"]) == ("last known", STREET)


def test_an_annulled_number_has_no_contact_address(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME, contact=CONTACT)
    patron.registered(30, name=NAME, contact=CONTACT)
    patron.refresh()
    address = patron.shown()["address"]
    assert (address["kind"], address["street"]) == ("residential", STREET)


@pytest.mark.parametrize(
    ("start", "delete", "kind"),
    [
        (DAY, None, "contact"),
        (TOMORROW, None, "residential"),
        (None, TOMORROW, "contact"),
        (None, DAY, "residential"),
        (None, None, "contact"),
        (DAY, TOMORROW, "contact"),
        (YESTERDAY, DAY, "residential"),
    ],
)
def test_a_contact_address_is_valid_from_its_start_to_the_day_before_its_delete_date(
    people: People, start: Any, delete: Any, kind: str
) -> None:
    contact = {"lines": LINES, "start": start and start.isoformat(), "delete": delete and delete.isoformat()}
    patron = people.enrol()
    patron.registered(1, name=NAME, residence=HOME, contact=contact)
    patron.refresh()
    assert patron.shown()["address"]["kind"] == kind


def test_the_days_of_a_contact_address_are_held_against_today_where_it_is_read(people: People) -> None:
    begins, ends = DAY + timedelta(days=10), DAY + timedelta(days=20)
    contact = {"lines": LINES, "start": begins.isoformat(), "delete": ends.isoformat()}
    patron = people.known(1, name=NAME, residence=HOME, contact=contact)
    asked = people.library.asked_about(patron.cpr_number)
    kinds = {days: patron.shown(DAY + timedelta(days=days))["address"]["kind"] for days in (0, 9, 10, 19, 20, 100)}
    assert kinds == {
        0: "residential",
        9: "residential",
        10: "contact",
        19: "contact",
        20: "residential",
        100: "residential",
    }
    assert people.library.asked_about(patron.cpr_number) == asked


def test_a_contact_address_that_begins_by_its_date_is_told_by_the_next_answer(people: People) -> None:
    contact = {"lines": LINES, "start": TOMORROW.isoformat()}
    patron = people.known(1, name=NAME, residence=HOME, contact=contact)
    assert patron.refresh()["outcomes"] == {"unchanged": 1}
    assert patron.refresh(TOMORROW)["outcomes"] == {"changed": 1}
    assert set(patron.told()) == {"patron.address"}


def test_the_lines_of_a_contact_address_stand_in_order_as_given_the_empty_ones_dropped(people: People) -> None:
    contact = {"lines": ["c/o Fabelsen", "", "Postboks 7", " ", "9000 Aalborg"]}
    patron = people.known(1, name=NAME, residence=HOME, contact=contact)
    assert patron.shown()["address"]["lines"] == LINES


def test_the_contact_address_goes_when_the_registry_holds_none_any_more(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME, contact=CONTACT)
    patron.registered(1, name=NAME, residence=HOME)
    patron.refresh()
    assert set(patron.told()) == {"patron.address"}
    assert patron.shown()["address"]["kind"] == "residential"


# c/o name --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("c/o Andersen", "Andersen"),
        ("C/O Andersen", "Andersen"),
        ("C/o  Andersen", "Andersen"),
        ("c/oAndersen", "Andersen"),
        ("Andersen", "Andersen"),
        ("v/ Andersen", "v/ Andersen"),
        ("Andersen c/o Berg", "Andersen c/o Berg"),
        ("co Andersen", "co Andersen"),
        ("c/o", None),
        (None, None),
    ],
)
def test_the_co_name_holds_the_name_without_a_leading_co(people: People, given: str | None, kept: str | None) -> None:
    patron = people.known(1, name=NAME, residence={**HOME, "co_name": given})
    address = patron.shown()["address"]
    assert (address["co_name"], address["street"], address["lines"]) == (kept, STREET, [])


def test_co_is_written_once_when_the_address_is_printed(people: People) -> None:
    patron = people.known(1, name=NAME, residence={**HOME, "co_name": "C/O Andersen"})
    code, out = people.library.command("patron", patron.patron_number, "--today", DAY.isoformat())
    assert code == 0
    assert out.lower().count("c/o") == 1 and "c/o Andersen" in out


# The street line -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["Strandvejen 12A, st. tv", "Sterkelsvej 17 A,2", "STRANDVEJEN 012A ST TV"])
@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_the_street_line_is_the_standard_address_as_it_stands(people: People, written: str) -> None:
    patron = people.known(1, name=NAME, residence={**HOME, "standard_address": written})
    assert patron.shown()["address"]["street"] == written


@pytest.mark.parametrize(
    ("parts", "street"),
    [
        ({"house_number": "012A", "floor": "st", "door": "tv"}, "Strandvejen 12A, st. tv"),
        ({"house_number": "003", "floor": "02"}, "Strandvejen 3, 2."),
        ({"road_name": "Skovvej", "house_number": "007", "door": "tv"}, "Skovvej 7, tv"),
        ({"house_number": "017", "floor": "01", "door": "0003"}, "Strandvejen 17, 1. 3"),
        ({"house_number": "110", "floor": "10", "door": "mf"}, "Strandvejen 110, 10. mf"),
        ({"house_number": "005", "floor": "kl"}, "Strandvejen 5, kl."),
        ({"house_number": "001B"}, "Strandvejen 1B"),
        ({}, "Strandvejen"),
        ({"floor": "02", "door": "tv"}, "Strandvejen"),
        ({"road_name": None, "road_addressing_name": "Strandv.", "house_number": "003"}, "Strandv. 3"),
        ({"road_addressing_name": "Strandv.", "house_number": "003"}, "Strandvejen 3"),
    ],
)
@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_a_missing_standard_address_is_composed(people: People, parts: dict[str, Any], street: str) -> None:
    home = {**without(HOME, "house_number", "floor", "door"), **parts}
    patron = people.known(1, name=NAME, residence=home)
    assert patron.shown()["address"]["street"] == street


def test_the_town_stands_in_town(people: People) -> None:
    patron = people.known(1, name=NAME, residence={**HOME, "town": "Nørre Uttrup"})
    address = patron.shown()["address"]
    assert (address["town"], address["lines"]) == ("Nørre Uttrup", [])


def test_locality_and_supplementary_lines_stand_in_lines_in_that_order(people: People) -> None:
    home = {**HOME, "locality": "Solhavehjemmet", "supplementary_lines": ["Bygning 3", "", "Stue 12"]}
    patron = people.known(1, name=NAME, residence=home)
    assert patron.shown()["address"]["lines"] == ["Solhavehjemmet", "Bygning 3", "Stue 12"]


@pytest.mark.parametrize(("written", "kept"), [("9000", "9000"), ("0800", "0800"), ("800", "0800")])
def test_a_postal_code_is_four_digits_as_text(people: People, written: str, kept: str) -> None:
    patron = people.known(1, name=NAME, residence={**HOME, "postal_code": written})
    assert patron.shown()["address"]["postal_code"] == kept


# Abroad ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_the_lines_of_a_foreign_address_stand_in_order_as_given_the_empty_ones_dropped(people: People) -> None:
    emigration = {"country_code": 5130, "lines": ["c/o Dupont", "", "12 rue Inventée", "75000 Paris", "FRANCE"]}
    patron = people.known(80, name=NAME, emigration=emigration)
    address = patron.shown()["address"]
    assert address["lines"] == ["c/o Dupont", "12 rue Inventée", "75000 Paris", "FRANCE"]
    assert (address["co_name"], address["street"], address["country"]) == (None, None, "5130")


@pytest.mark.parametrize("status", [1, 3, 5, 7])
def test_the_country_is_null_in_denmark_and_greenland(people: People, status: int) -> None:
    patron = people.known(status, name=NAME, **_facts(status))
    assert patron.shown()["address"]["country"] is None


def test_the_country_is_null_for_a_contact_address_of_somebody_abroad(people: People) -> None:
    patron = people.known(80, name=NAME, emigration=PARIS, contact=CONTACT)
    assert patron.shown()["address"]["country"] is None


# The last known address ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [20, 70, 90])
def test_the_last_known_address_is_the_last_residential_one(people: People, status: int) -> None:
    patron = people.known(1, name=NAME, residence={**HOME, "town": "Nørre Uttrup", "locality": "Gården"})
    before = patron.shown()["address"]
    patron.registered(status, name=NAME)
    patron.refresh()
    assert patron.shown()["address"] == {**before, "kind": "last known"}


@pytest.mark.parametrize("status", [20, 70, 90])
def test_the_last_known_address_may_be_the_imported_one(people: People, status: int) -> None:
    patron = people.known(status, IMPORTED, name=NAME)
    address = patron.shown()["address"]
    assert (address["kind"], address["street"], address["postal_code"]) == ("last known", IMPORTED["street"], "9000")


@pytest.mark.parametrize("status", [20, 70, 90])
def test_where_there_was_no_address_the_kind_is_none(people: People, status: int) -> None:
    patron = people.known(status, name=NAME)
    assert patron.shown()["address"]["kind"] == "none"


def test_the_last_known_address_is_never_a_contact_address(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME, contact=CONTACT)
    patron.registered(70, name=NAME)
    patron.refresh()
    address = patron.shown()["address"]
    assert (address["kind"], address["street"], address["lines"]) == ("last known", STREET, [])


@pytest.mark.parametrize(("between", "facts"), [(80, {"emigration": PARIS}), (3, {"residence": TOWN_HALL})])
def test_a_foreign_or_administrative_address_is_never_the_last_known_one(
    people: People, between: int, facts: dict[str, Any]
) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(between, name=NAME, **facts)
    patron.refresh()
    patron.registered(70, name=NAME)
    patron.refresh(TOMORROW)
    address = patron.shown()["address"]
    assert (address["kind"], address["street"], address["lines"]) == ("last known", STREET, [])


def test_the_last_known_address_stays_for_who_disappears_and_is_found_dead(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(70, name=NAME)
    patron.refresh()
    patron.registered(90, name=NAME)
    patron.refresh(TOMORROW)
    assert patron.shown()["address"]["street"] == STREET


def test_an_imported_address_is_shown_as_imported_until_the_registry_speaks(people: People) -> None:
    patron = people.enrol(**IMPORTED)
    address = patron.revealed()["address"]
    assert (address["kind"], address["street"]) == ("as imported", IMPORTED["street"])
    patron.registered(1, name=NAME, residence=HOME)
    patron.refresh()
    assert patron.shown()["address"]["kind"] == "residential"


# Dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["", "Z", "+01:00", "-11:00", "+14:00"])
@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_a_calendar_date_is_the_one_written_whatever_its_zone(people: People, zone: str) -> None:
    patron = people.enrol()
    patron.registered(
        90,
        name=NAME,
        birth_date="1980-01-01",
        status_date="2026-02-20",
        raw={
            "persondata/foedselsdato/dato": f"1978-04-27{zone}",
            "persondata/status/statusdato/dato": f"2026-02-19T00:00:00.000{zone}",
        },
    )
    patron.refresh()
    shown = patron.shown()
    assert (shown["birth_date"], shown["blocks"][0]["since"]) == ("1978-04-27", "2026-02-19")


@pytest.mark.parametrize("zone", ["Z", "+14:00", "-11:00"])
def test_the_days_of_a_contact_address_are_the_ones_written(people: People, zone: str) -> None:
    patron = people.enrol()
    patron.registered(
        1,
        name=NAME,
        residence=HOME,
        contact=CONTACT,
        raw={
            "adresse/kontaktAdresse/startdato": f"{DAY}{zone}",
            "adresse/kontaktAdresse/slettedato": f"{TOMORROW}{zone}",
        },
    )
    patron.refresh()
    kinds = [patron.shown(day)["address"]["kind"] for day in (YESTERDAY, DAY, TOMORROW)]
    assert kinds == ["residential", "contact", "residential"]


@pytest.mark.parametrize("uncertain", [True, False])
def test_an_uncertain_birth_date_keeps_its_mark(people: People, uncertain: bool) -> None:
    patron = people.known(1, name=NAME, birth_date="1980-01-01", birth_date_uncertain=uncertain, residence=HOME)
    shown = patron.shown()
    assert (shown["birth_date"], shown["birth_date_uncertain"]) == ("1980-01-01", uncertain)


# Changes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"road_code": 7201}, "road_code"),
        ({"house_number": "014"}, "house_number"),
        ({"floor": "01"}, "floor"),
        ({"door": "th"}, "door"),
        ({"postal_code": "9001"}, "postal_code"),
        ({"co_name": "c/o Andersen"}, "co_name"),
        ({"municipality_code": 101}, "municipality_code"),
        ({"locality": "Solhavehjemmet"}, "address_lines"),
        ({"supplementary_lines": ["Bygning 3"]}, "address_lines"),
    ],
)
def test_an_address_has_changed_when_one_of_its_components_has(
    people: People, part: dict[str, Any], field: str
) -> None:
    home = {**HOME, "standard_address": STREET}
    patron = people.known(1, name=NAME, residence=home)
    patron.registered(1, name=NAME, residence={**home, **part})
    assert patron.refresh()["outcomes"] == {"changed": 1}
    told = patron.told()
    assert told.pop("patron.address") == [field]
    assert told == ({"patron.municipality": ["municipality_code"]} if field == "municipality_code" else {})


def test_an_address_has_changed_when_its_kind_has(people: People) -> None:
    patron = people.known(1, name=NAME, residence=TOWN_HALL)
    patron.registered(3, name=NAME, residence=TOWN_HALL)
    patron.refresh()
    assert patron.told() == {"patron.address": ["address_kind"], "patron.status": ["registry_status"]}


@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_a_new_standard_address_alone_is_stored_and_makes_no_event(people: People) -> None:
    patron = people.known(1, name=NAME, residence={**HOME, "standard_address": "Strandvejen 12 A,ST TV"})
    patron.registered(1, name=NAME, residence={**HOME, "standard_address": STREET})
    report = patron.refresh()
    assert (report["outcomes"], report["changes"], patron.told()) == ({"unchanged": 1}, {}, {})
    assert patron.shown()["address"]["street"] == STREET


@pytest.mark.parametrize(
    "part", [{"town": "Nørre Uttrup"}, {"postal_district": "Aalborg C"}, {"road_name": "Strandvejen Nord"}]
)
def test_other_display_text_alone_makes_no_event_either(people: People, part: dict[str, str]) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(1, name=NAME, residence={**HOME, **part})
    assert patron.refresh()["outcomes"] == {"unchanged": 1}
    assert patron.told() == {}


def test_leading_zeros_are_no_change(people: People) -> None:
    home = {**HOME, "house_number": "012A", "floor": "02", "standard_address": STREET}
    patron = people.known(1, name=NAME, residence=home)
    patron.registered(1, name=NAME, residence={**home, "house_number": "12A", "floor": "2"})
    assert patron.refresh()["outcomes"] == {"unchanged": 1}


def test_a_move_abroad_to_other_lines_is_a_change(people: People) -> None:
    patron = people.known(80, name=NAME, emigration=PARIS)
    patron.registered(80, name=NAME, emigration={**PARIS, "lines": ["13 rue Inventée", "75000 Paris"]})
    patron.refresh()
    assert patron.told() == {"patron.address": ["address_lines"]}


def test_former_addresses_spouses_and_relations_other_than_custody_are_not_stored_at_all(people: People) -> None:
    patron = people.enrol()
    patron.registered(
        1,
        name=NAME,
        residence=HOME,
        spouse={"name": "Ægtefælle Prøvesen"},
        children=[people.number()],
        mother={"name": "Moder Prøvesen", "birth_date": "1950-01-01"},
        former_residences=[{**HOME, "road_name": "Forladt Allé", "moved_out": "2020-01-01"}],
        notes=["Hemmeligt notat"],
    )
    patron.refresh()
    [(stored,)] = people.library.rows(
        "SELECT to_jsonb(patron)::text FROM library.patron WHERE patron_number = %s", patron.patron_number
    )
    assert "Prøve Prøvesen" in stored
    for not_kept in ("Ægtefælle", "Moder", "Forladt", "Hemmeligt"):
        assert not_kept not in stored
