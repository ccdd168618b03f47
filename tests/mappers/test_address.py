"""The address rules: base and contact address, which is current, what makes it another (docs/reference/rules.md)."""

from __future__ import annotations

from datetime import date

import pytest

from cpr_client.person import ContactAddress, Emigration, Residence
from mappers.address import (
    BASE_FIELDS,
    BaseAddress,
    address_changed,
    base_of,
    contact_is_current,
    current_address,
)
from mappers.record import PatronRecord
from tests.mappers.samples import (
    CONTACT,
    ELSEWHERE,
    IMPORTED,
    RESIDENCE,
    TODAY,
    TOMORROW,
    YESTERDAY,
    answered,
    applied,
    is_malformed,
    known,
    patron,
    person,
)

NONE_SHOWN = {
    "kind": "none",
    "co_name": None,
    "street": None,
    "lines": [],
    "town": None,
    "postal_code": None,
    "postal_district": None,
    "country": None,
}


def _record(*answers, today=TODAY):
    stored = patron()
    for answer in answers:
        decision = answered(stored, answer, today)
        assert decision.quarantine is None
        stored = applied(stored, decision, today)
    return stored.record


def _living_at(**parts):
    return _record(person(1, residence=RESIDENCE._replace(**parts)))


def test_the_base_address_has_the_record_s_columns_in_the_record_s_order():
    columns = PatronRecord._fields
    first = columns.index("address_kind")
    assert columns[first : first + len(BaseAddress._fields)] == BaseAddress._fields
    assert columns[columns.index("co_name") : columns.index("door") + 1] == BASE_FIELDS
    assert base_of(PatronRecord()) == BaseAddress()


def test_a_patron_without_an_address_has_the_kind_none_and_every_key():
    assert current_address(PatronRecord(), TODAY) == NONE_SHOWN


def test_an_imported_address_is_shown_as_imported_until_the_registry_speaks():
    assert current_address(IMPORTED, TODAY) == NONE_SHOWN | {
        "kind": "as imported",
        "street": "Gammel Prøvevej 1",
        "postal_code": "9000",
        "postal_district": "Aalborg",
    }


def test_the_residential_address_stands_with_its_co_name_and_the_standard_address_as_street():
    residence = RESIDENCE._replace(co_name="c/o Prøve Vært", town="Prøveby")
    assert current_address(_record(person(1, residence=residence)), TODAY) == NONE_SHOWN | {
        "kind": "residential",
        "co_name": "Prøve Vært",
        "street": "Prøvevej 12A, 1. tv",
        "town": "Prøveby",
        "postal_code": "9000",
        "postal_district": "Aalborg",
    }


def test_the_standard_address_stands_as_it_is_and_is_never_parsed():
    assert _living_at(standard_address="Prøvevej 012 A,01 TV").street == "Prøvevej 012 A,01 TV"


def test_a_missing_standard_address_is_composed_of_the_road_name():
    assert _living_at(standard_address=None).street == "Prøvevej 12A, 1. tv"


def test_the_road_s_full_name_goes_before_its_addressing_name():
    named = _living_at(standard_address=None, road_name="Lange Prøvevej", road_addressing_name="L Prøvevej")
    assert named.street == "Lange Prøvevej 12A, 1. tv"
    short = _living_at(standard_address=None, road_name=None, road_addressing_name="L Prøvevej")
    assert short.street == "L Prøvevej 12A, 1. tv"


def test_a_residence_without_number_has_the_road_name_alone():
    bare = Residence(municipality_code=851, road_name="Prøvevej", floor="01", postal_code="9000")
    assert _record(person(1, residence=bare)).street == "Prøvevej"


def test_locality_and_supplementary_lines_stand_in_lines_in_that_order():
    residence = RESIDENCE._replace(locality="Prøvehjemmet", supplementary_lines=("Opgang B", "Stue 4"))
    assert _record(person(1, residence=residence)).address_lines == ["Prøvehjemmet", "Opgang B", "Stue 4"]


def test_the_supplementary_town_stands_in_town():
    assert _living_at(town="Prøveby").town == "Prøveby"


def test_the_codes_are_kept_beside_the_text():
    record = _living_at()
    assert (record.road_code, record.house_number, record.floor, record.door) == ("1234", "12A", "1", "tv")


def test_country_is_null_in_denmark_and_greenland_and_for_a_contact_address():
    assert _record(person(1)).country is None
    assert _record(person(5, residence=Residence(municipality_code=956, postal_code="3900"))).country is None
    assert current_address(_record(person(80, contact=CONTACT, emigration=Emigration(5104))), TODAY)["country"] is None


def test_a_foreign_country_is_four_digits_as_text():
    assert _record(person(80, emigration=Emigration(512))).country == "0512"


def test_foreign_lines_stand_in_order_as_given_and_the_empty_ones_are_dropped():
    abroad = Emigration(5104, ("  Example Street 1", "", "Exampletown"))
    assert _record(person(80, emigration=abroad)).address_lines == ["  Example Street 1", "Exampletown"]


@pytest.mark.parametrize(("element", "part"), [("vejkode", {"road_code": -3}), ("postnummer", {"postal_code": "DK"})])
def test_an_address_code_that_can_not_be_read_is_malformed(element, part):
    assert is_malformed(answered(known(), person(1, residence=RESIDENCE._replace(**part))), element)


def test_a_country_code_that_can_not_be_read_is_malformed():
    assert is_malformed(answered(known(), person(80, emigration=Emigration(123_456))), "udrejselandekode")


# The contact address


@pytest.mark.parametrize("code", [1, 3, 5, 7, 20, 70, 80])
def test_a_contact_address_valid_today_is_current_whatever_the_status(code):
    shown = current_address(_record(person(code, contact=CONTACT)), TODAY)
    assert shown == NONE_SHOWN | {"kind": "contact", "lines": ["Postboks 1", "9000 Aalborg"]}


def test_a_contact_address_is_never_current_for_the_dead_and_is_not_kept():
    record = _record(person(1), person(90, contact=CONTACT))
    assert record.contact_lines == []
    assert current_address(record, TODAY)["kind"] == "last known"


def test_a_contact_address_is_never_current_for_an_annulled_number_though_it_is_kept():
    stored = known(person(1, contact=CONTACT))
    decision = answered(stored, person(30))
    assert decision.after.contact_lines == list(CONTACT.lines)
    assert current_address(decision.after, TODAY)["kind"] == "residential"
    assert "patron.address" in decision.events


@pytest.mark.parametrize(
    ("start", "delete", "valid"),
    [
        (TODAY, None, True),
        (TOMORROW, None, False),
        (None, None, True),
        (None, TOMORROW, True),
        (None, TODAY, False),
        (None, YESTERDAY, False),
        (YESTERDAY, TODAY, False),
        (TODAY, TOMORROW, True),
        (TOMORROW, YESTERDAY, False),
    ],
)
def test_a_contact_address_is_valid_from_its_start_to_the_day_before_its_delete_date(start, delete, valid):
    record = PatronRecord(contact_lines=["Postboks 1"], contact_from=start, contact_to=delete)
    assert contact_is_current(record, TODAY) is valid
    contact = ContactAddress(("Postboks 1",), start, delete)
    assert (current_address(_record(person(1, contact=contact)), TODAY)["kind"] == "contact") is valid


def test_contact_lines_stand_in_order_as_given_and_the_empty_ones_are_dropped():
    contact = ContactAddress(("Prøvefirma", "", "Postboks 1"), None, None)
    assert _record(person(1, contact=contact)).contact_lines == ["Prøvefirma", "Postboks 1"]


def test_a_contact_address_that_is_over_is_a_former_address_and_is_not_kept():
    over = CONTACT._replace(delete=TODAY)
    record = _record(person(1, contact=over))
    assert (record.contact_lines, record.contact_from, record.contact_to) == ([], None, None)


def test_a_contact_address_to_come_is_kept_and_becomes_current_by_its_date_alone():
    stored = known(person(1, contact=CONTACT._replace(start=TODAY)))
    assert current_address(stored.record, YESTERDAY)["kind"] == "residential"
    decision = answered(stored, person(1, contact=CONTACT._replace(start=TODAY)))
    assert decision.after is stored.record
    assert decision.events == {
        "patron.address": (
            "address_kind",
            "address_lines",
            "postal_code",
            "road_code",
            "house_number",
            "floor",
            "door",
        )
    }
    assert decision.outcome == "changed"


def test_a_contact_address_that_ends_by_its_date_is_told_on_that_day_once():
    ending = person(1, contact=CONTACT._replace(delete=TODAY))
    stored = known(ending)
    assert current_address(stored.record, YESTERDAY)["kind"] == "contact"
    decision = answered(stored, ending)
    assert "patron.address" in decision.events and decision.after.contact_lines == []
    after = applied(stored, decision)
    assert answered(after, ending, TOMORROW).outcome == "unchanged"


def test_a_contact_address_beside_a_residence_hides_a_move_but_not_the_municipality():
    stored = known(person(1, contact=CONTACT))
    decision = answered(stored, person(1, contact=CONTACT, residence=ELSEWHERE))
    assert list(decision.events) == ["patron.municipality"]
    assert decision.after.street == "Opdigtet Gade 3"


def test_new_days_of_the_same_contact_address_are_stored_and_make_no_event():
    stored = known(person(1, contact=CONTACT))
    decision = answered(stored, person(1, contact=CONTACT._replace(delete=date(2027, 1, 1))))
    assert decision.after.contact_to == date(2027, 1, 1)
    assert decision.events == {} and decision.outcome == "unchanged"


# The last known address


@pytest.mark.parametrize("code", [20, 70, 90])
def test_the_last_known_address_is_the_last_residential_one(code):
    record = _record(person(1, residence=RESIDENCE._replace(co_name="Prøve Vært")), person(code))
    shown = current_address(record, TODAY)
    assert (shown["kind"], shown["street"], shown["co_name"]) == ("last known", "Prøvevej 12A, 1. tv", "Prøve Vært")
    assert record.last_residence is None


@pytest.mark.parametrize("code", [20, 70, 90])
def test_the_last_known_address_may_be_the_imported_one(code):
    shown = current_address(_record(person(code)), TODAY)
    assert (shown["kind"], shown["street"], shown["postal_code"]) == ("last known", "Gammel Prøvevej 1", "9000")


@pytest.mark.parametrize("code", [20, 70, 90])
def test_where_there_was_no_address_the_kind_is_none(code):
    for record in (PatronRecord(), PatronRecord(address_kind="as imported")):
        decision = answered(patron(record), person(code))
        assert current_address(decision.after, TODAY) == NONE_SHOWN


def test_the_last_known_address_is_never_a_contact_address():
    only_contact = applied(
        patron(PatronRecord()), answered(patron(PatronRecord()), person(1, residence=None, contact=CONTACT))
    )
    assert answered(only_contact, person(70)).after.address_kind == "none"
    record = _record(person(1, contact=CONTACT), person(70))
    assert (record.address_kind, record.street) == ("last known", "Prøvevej 12A, 1. tv")


@pytest.mark.parametrize("between", [80, 3, 7])
def test_a_residence_is_kept_while_the_base_address_is_foreign_or_administrative(between):
    residence = Residence(municipality_code=851, road_code=9901)
    away = person(between, residence=residence if between != 80 else None)
    record = _record(person(1), away)
    assert record.last_residence is not None
    assert tuple(record.last_residence) == BASE_FIELDS
    assert record.last_residence["street"] == "Prøvevej 12A, 1. tv"
    gone = _record(person(1), away, person(70))
    assert (gone.address_kind, gone.street, gone.house_number) == ("last known", "Prøvevej 12A, 1. tv", "12A")
    assert gone.last_residence is None


def test_a_last_known_address_is_kept_while_the_patron_is_abroad():
    record = _record(person(1), person(70), person(80), person(90))
    assert (record.address_kind, record.street) == ("last known", "Prøvevej 12A, 1. tv")


def test_a_foreign_or_administrative_address_never_becomes_the_last_known_one():
    stored = patron(PatronRecord())
    for away in (person(80, emigration=Emigration(5104, ("Example Street 1",))), person(3)):
        abroad = applied(stored, answered(stored, away))
        assert abroad.record.last_residence is None
        assert answered(abroad, person(90)).after.address_kind == "none"


def test_a_kept_residence_goes_when_a_new_residential_address_is_there():
    record = _record(person(1), person(80), person(1, residence=ELSEWHERE))
    assert record.last_residence is None and record.street == "Opdigtet Gade 3"


# What makes an address another

COMPONENTS = {
    "road code": ({"road_code": 4321}, "road_code"),
    "house number": ({"house_number": "14"}, "house_number"),
    "floor": ({"floor": "02"}, "floor"),
    "door": ({"door": "th"}, "door"),
    "postal code": ({"postal_code": "9220"}, "postal_code"),
    "c/o": ({"co_name": "Prøve Vært"}, "co_name"),
    "municipality": ({"municipality_code": 751}, "municipality_code"),
    "lines": ({"supplementary_lines": ("Opgang B",)}, "address_lines"),
    "locality": ({"locality": "Prøvehjemmet"}, "address_lines"),
}


@pytest.mark.parametrize(("part", "field"), COMPONENTS.values(), ids=COMPONENTS.keys())
def test_an_address_has_changed_when_one_of_its_components_has(part, field):
    decision = answered(known(), person(1, residence=RESIDENCE._replace(**part)))
    assert decision.events["patron.address"] == (field,)
    assert decision.outcome == "changed"


def test_an_address_has_changed_when_its_kind_has():
    decision = answered(known(), person(3))
    assert decision.events["patron.address"] == ("address_kind",)


@pytest.mark.parametrize(
    "part",
    [
        {"standard_address": "Prøvevej 12 A,1 TV"},
        {"town": "Prøveby"},
        {"postal_district": "Aalborg C"},
        {"house_number": "12A"},
        {"floor": "1"},
        {"co_name": ""},
    ],
    ids=["standard address", "town", "postal district", "zeros before a number", "zeros before a floor", "nothing"],
)
def test_display_text_alone_is_no_change(part):
    decision = answered(known(), person(1, residence=RESIDENCE._replace(**part)))
    assert decision.events == {} and decision.outcome == "unchanged"


def test_a_new_standard_address_is_stored_though_it_makes_no_event():
    decision = answered(known(), person(1, residence=RESIDENCE._replace(standard_address="Prøvevej 12 A,1 TV")))
    assert decision.after.street == "Prøvevej 12 A,1 TV"
    assert decision.outcome == "unchanged"


def test_where_no_road_code_says_which_road_the_street_line_does():
    village = Residence(municipality_code=955, standard_address="B 12", town="Prøvebygd", postal_code="3922")
    stored = known(person(5, residence=village))
    moved = answered(stored, person(5, residence=village._replace(standard_address="B 40")))
    assert moved.events == {"patron.address": ("street",)}
    other_village = answered(stored, person(5, residence=village._replace(town="Anden Bygd")))
    assert other_village.events == {"patron.address": ("town",)}


def test_a_foreign_address_has_changed_with_its_lines_or_its_country():
    stored = known(person(80, emigration=Emigration(5104, ("Example Street 1",))))
    lines = answered(stored, person(80, emigration=Emigration(5104, ("Example Street 2",))))
    assert lines.events == {"patron.address": ("address_lines",)}
    country = answered(stored, person(80, emigration=Emigration(5120, ("Example Street 1",))))
    assert country.events == {"patron.address": ("country",)}


def test_an_address_that_is_the_same_on_both_days_has_not_changed():
    record = _record(person(1, contact=CONTACT))
    assert address_changed(record, TODAY, record, TOMORROW) == ()
    assert address_changed(record, TODAY, record, date(2026, 12, 31)) != ()
    assert address_changed(record, date(2026, 12, 31), record, date(2027, 1, 1)) == ()
