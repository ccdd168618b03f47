"""Each row of "Registry status -> patron", and of what an answer lacks (docs/reference/rules.md)."""

from __future__ import annotations

from datetime import date

import pytest

from cpr_client.cpr_number import CprNumber
from cpr_client.person import STATUSES, ContactAddress, Emigration, Name, Residence, UncertainDate
from mappers import status
from mappers.address import current_address
from mappers.record import PatronRecord
from tests.mappers.samples import (
    CONTACT,
    ELSEWHERE,
    IMPORTED,
    NUMBER,
    RESIDENCE,
    SUCCESSOR,
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


def test_every_status_of_the_registry_has_an_effect_or_a_rule_of_its_own():
    assert status.EFFECTS.keys() | {status.ANNULLED} | status.SUCCEEDED == STATUSES


def test_status_1_lives_in_denmark_name_address_and_municipality_are_refreshed():
    after = answered(known(), person(1, name=Name(addressing="Nyt Navn"), residence=ELSEWHERE)).after
    assert (after.registry_status, after.name, after.address_kind) == (1, "Nyt Navn", "residential")
    assert (after.street, after.postal_code, after.municipality_code) == ("Opdigtet Gade 3", "8000", "0751")


def test_status_3_special_road_code_the_address_is_marked_administrative():
    town_hall = Residence(municipality_code=851, road_code=9901, road_name="Rådhuset", postal_code="9000")
    after = answered(known(), person(3, name=Name(addressing="Nyt Navn"), residence=town_hall)).after
    assert (after.registry_status, after.name, after.municipality_code) == (3, "Nyt Navn", "0851")
    assert (after.address_kind, after.road_code, after.street) == ("administrative", "9901", "Rådhuset")


@pytest.mark.parametrize("code", [955, 956, 957, 958, 959, 960, 961])
def test_status_5_lives_in_greenland_name_address_and_municipality_are_refreshed(code):
    nuuk = Residence(municipality_code=code, road_code=12, house_number="004", postal_code="3900", road_name="Prøvevej")
    decision = answered(known(), person(5, residence=nuuk))
    after = decision.after
    assert (after.registry_status, after.municipality_code, after.address_kind) == (5, f"0{code}", "residential")
    assert (after.street, after.country) == ("Prøvevej 4", None)
    assert decision.notes == ()


def test_status_7_special_road_code_in_greenland_is_administrative():
    after = answered(known(), person(7, residence=Residence(municipality_code=956, road_code=9950))).after
    assert (after.registry_status, after.municipality_code, after.address_kind) == (7, "0956", "administrative")


def test_status_20_without_residence_the_municipality_is_cleared_and_the_address_becomes_last_known():
    tax_office = Residence(municipality_code=19, road_code=1)
    decision = answered(known(), person(20, name=Name(addressing="Nyt Navn"), residence=tax_office))
    after = decision.after
    assert (after.registry_status, after.name, after.municipality_code) == (20, "Nyt Navn", None)
    assert (after.address_kind, after.street) == ("last known", "Prøvevej 12A, 1. tv")
    assert decision.notes == ()


def test_status_20_without_an_address_in_the_library_the_kind_is_none():
    after = answered(patron(PatronRecord()), person(20)).after
    assert (after.address_kind, after.street, after.municipality_code) == ("none", None, None)


@pytest.mark.parametrize("record", [IMPORTED, PatronRecord()])
def test_status_30_number_annulled_nothing_but_the_status_is_overwritten(record):
    annulled = person(30, name=Name(addressing="Nyt Navn"), residence=ELSEWHERE, birth_date=None)
    decision = answered(patron(record), annulled)
    assert decision.after == record._replace(registry_status=30, registry_status_date=date(2020, 5, 1))
    assert decision.quarantine is not None
    assert decision.outcome == decision.quarantine.reason == "number annulled"
    assert decision.blocks_set == {"number annulled": date(2020, 5, 1)}
    assert decision.events == {"patron.status": ("registry_status",), "patron.block": ("blocks",)}


def test_status_30_without_a_date_blocks_from_today_and_keeps_that_day():
    stored = known()
    first = answered(stored, person(30, status_date=None))
    assert first.blocks_set == {"number annulled": TODAY}
    second = answered(applied(stored, first), person(30, status_date=None), TOMORROW)
    assert second.blocks_set == {} and second.events == {} and second.after.registry_status == 30


def test_a_number_restored_ends_the_quarantine_and_lifts_the_block():
    annulled = applied(known(), answered(known(), person(30)))
    decision = answered(annulled, person(1), TOMORROW)
    assert decision.outcome == "changed"
    assert decision.quarantine is None and decision.tries == 0
    assert decision.blocks_lifted == ("number annulled",)
    assert decision.after.registry_status == 1
    assert decision.next_due == date(2026, 3, 12)


@pytest.mark.parametrize("code", [50, 60])
def test_status_50_and_60_the_number_moves_and_the_successor_is_applied(code):
    successor = person(1, cpr_number=SUCCESSOR, name=Name(addressing="Nyt Navn"))
    decision = answered(known(), successor, chain=(SUCCESSOR,))
    assert decision.moved_to == SUCCESSOR
    assert decision.after.name == "Nyt Navn" and decision.after.registry_status == 1
    assert decision.events["patron.cpr_number"] == ("cpr_number",)
    assert decision.outcome == "changed"


def test_a_number_that_moves_and_nothing_else_is_a_change_without_a_rewrite():
    stored = known()
    decision = answered(stored, person(1, cpr_number=SUCCESSOR), chain=(SUCCESSOR,))
    assert decision.after is stored.record
    assert list(decision.events) == ["patron.cpr_number"]
    assert decision.outcome == "changed"


def test_a_number_whose_successor_was_annulled_moves_and_is_quarantined():
    decision = answered(known(), person(30, cpr_number=SUCCESSOR), chain=(SUCCESSOR,))
    assert decision.moved_to == SUCCESSOR
    assert decision.outcome == "number annulled" and decision.after.registry_status == 30
    assert list(decision.events) == ["patron.status", "patron.cpr_number", "patron.block"]


@pytest.mark.parametrize("code", [50, 60])
def test_status_50_and_60_without_a_successor_is_malformed(code):
    assert is_malformed(answered(known(), person(code)), "gaeldendePersonnummer")


def test_the_number_does_not_move_where_the_end_of_the_chain_can_not_be_applied():
    decision = answered(known(), person(1, cpr_number=SUCCESSOR, residence=None), chain=(SUCCESSOR,))
    assert is_malformed(decision, "aktuelAdresse")
    assert decision.moved_to is None


def test_status_70_disappeared_the_address_is_last_known():
    after = answered(known(), person(70, name=Name(addressing="Nyt Navn"))).after
    assert (after.registry_status, after.name, after.municipality_code) == (70, "Nyt Navn", None)
    assert (after.address_kind, after.street, after.road_code) == ("last known", "Prøvevej 12A, 1. tv", "1234")


def test_status_80_emigrated_the_foreign_address_is_taken():
    abroad = Emigration(5104, ("Example Street 1", "12345 Exampletown"))
    after = answered(known(), person(80, name=Name(addressing="Nyt Navn"), emigration=abroad)).after
    assert (after.registry_status, after.name, after.municipality_code) == (80, "Nyt Navn", None)
    assert (after.address_kind, after.country) == ("foreign", "5104")
    assert after.address_lines == ["Example Street 1", "12345 Exampletown"]
    assert (after.street, after.postal_code, after.road_code) == (None, None, None)


@pytest.mark.parametrize("abroad", [None, Emigration(), Emigration(0, ())])
def test_status_80_without_lines_or_country_is_foreign_with_what_there_is(abroad):
    after = answered(known(), person(80, emigration=abroad)).after
    assert (after.address_kind, after.country, after.address_lines) == ("foreign", None, [])


def test_status_90_dead_the_address_is_last_known_and_the_patron_is_blocked_from_the_death():
    died = UncertainDate(date(2026, 2, 1))
    decision = answered(known(), person(90, name=Name(addressing="Nyt Navn"), status_date=died))
    after = decision.after
    assert (after.registry_status, after.name, after.municipality_code) == (90, "Nyt Navn", None)
    assert (after.address_kind, after.street) == ("last known", "Prøvevej 12A, 1. tv")
    assert decision.blocks_set == {"deceased": date(2026, 2, 1)}
    assert list(decision.events) == [
        "patron.name",
        "patron.address",
        "patron.municipality",
        "patron.status",
        "patron.block",
    ]


def test_status_90_without_a_date_blocks_from_the_day_it_was_learnt_and_keeps_that_day():
    stored = known()
    first = answered(stored, person(90, status_date=None))
    assert first.blocks_set == {"deceased": TODAY}
    second = answered(applied(stored, first), person(90, status_date=None), TOMORROW)
    assert second.outcome == "unchanged" and second.blocks_set == {} and second.blocks_lifted == ()


def test_a_date_of_death_learnt_later_dates_the_block_anew():
    stored = applied(known(), answered(known(), person(90, status_date=None)))
    decision = answered(stored, person(90, status_date=UncertainDate(date(2026, 2, 1))), TOMORROW)
    assert decision.blocks_set == {"deceased": date(2026, 2, 1)}
    assert decision.events == {"patron.block": ("blocks",)}


def test_a_death_annulled_lifts_the_block():
    dead = applied(known(), answered(known(), person(90)))
    decision = answered(dead, person(1), TOMORROW)
    assert decision.blocks_lifted == ("deceased",)
    assert decision.after.address_kind == "residential"
    assert decision.events["patron.block"] == ("blocks",)


def test_a_dead_patron_whose_number_is_annulled_stays_blocked_as_deceased():
    dead = applied(known(), answered(known(), person(90)))
    decision = answered(dead, person(30), TOMORROW)
    assert decision.blocks_lifted == ()
    assert decision.blocks_set == {"number annulled": date(2020, 5, 1)}


@pytest.mark.parametrize("code", [1, 3, 5, 7])
@pytest.mark.parametrize("missing", [None, Residence(), Residence(municipality_code=0)])
def test_a_resident_without_a_residence_is_malformed(code, missing):
    stored = known()
    decision = answered(stored, person(code, residence=missing))
    assert is_malformed(decision, "aktuelAdresse")
    assert decision.after is stored.record


@pytest.mark.parametrize("code", [1, 3, 5, 7])
def test_a_resident_without_a_residence_keeps_municipality_and_address_while_a_contact_address_is_valid(code):
    stored = known()
    decision = answered(stored, person(code, residence=None, contact=CONTACT))
    after = decision.after
    assert decision.quarantine is None and decision.notes == ()
    assert (after.municipality_code, after.address_kind, after.street) == ("0851", "residential", "Prøvevej 12A, 1. tv")
    assert current_address(after, TODAY)["kind"] == "contact"


@pytest.mark.parametrize(
    "contact",
    [CONTACT._replace(delete=TODAY), CONTACT._replace(start=TOMORROW), ContactAddress((), None, None)],
    ids=["over", "to come", "without lines"],
)
def test_a_resident_without_a_residence_whose_contact_address_is_not_valid_today_is_malformed(contact):
    assert is_malformed(answered(known(), person(1, residence=None, contact=contact)), "aktuelAdresse")


@pytest.mark.parametrize("code", [None, 0])
def test_a_residence_without_a_municipality_is_taken_with_none_and_reported(code):
    decision = answered(known(), person(1, residence=RESIDENCE._replace(municipality_code=code)))
    assert decision.after.municipality_code is None
    assert decision.notes == ("municipality missing",)
    assert decision.outcome == "changed"


def test_an_unlisted_municipality_is_stored_and_reported():
    decision = answered(known(), person(1, residence=RESIDENCE._replace(municipality_code=100)))
    assert decision.after.municipality_code == "0100"
    assert decision.notes == ("municipality unlisted",)


@pytest.mark.parametrize("code", [-1, 10_000])
def test_a_municipality_that_can_not_be_a_code_is_malformed(code):
    odd = RESIDENCE._replace(municipality_code=code)
    assert is_malformed(answered(known(), person(1, residence=odd)), "kommunekode")


@pytest.mark.parametrize("code", [0, 2, 99, -1])
def test_an_unknown_status_is_malformed(code):
    assert is_malformed(answered(known(), person(code)), "status")


def test_a_birth_date_that_is_missing_leaves_the_library_s():
    after = answered(patron(IMPORTED), person(1, birth_date=None)).after
    assert (after.birth_date, after.birth_date_uncertain) == (date(1940, 1, 1), None)


def test_a_birth_date_that_nobody_knows_is_null_and_never_cut_from_the_number():
    assert answered(patron(PatronRecord()), person(1, birth_date=None)).after.birth_date is None


def test_an_uncertain_birth_date_keeps_its_mark():
    after = answered(known(), person(1, birth_date=UncertainDate(date(1941, 7, 1), True))).after
    assert (after.birth_date, after.birth_date_uncertain) == (date(1941, 7, 1), True)


def test_an_answer_about_another_number_is_mismatched():
    stored = known()
    decision = answered(stored, person(1, cpr_number=CprNumber("0301409999")))
    assert decision.outcome == "mismatched" and decision.after is stored.record


def test_an_answer_about_the_number_asked_first_is_mismatched_at_the_end_of_a_chain():
    assert answered(known(), person(1, cpr_number=NUMBER), chain=(SUCCESSOR,)).outcome == "mismatched"


def test_the_day_of_the_last_answer_does_not_matter_for_a_status_that_stays():
    assert answered(known(today=date(2020, 1, 1)), person(1)).outcome == "unchanged"
    assert answered(known(today=YESTERDAY), person(1)).outcome == "unchanged"
