"""Which events an answer makes, first answers among them (docs/reference/rules.md, "Change events")."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from cpr_client.person import Name, Protection, UncertainDate
from mappers import events
from mappers.record import PatronRecord
from tests.mappers.samples import (
    ELSEWHERE,
    IMPORTED,
    SUCCESSOR,
    TODAY,
    answered,
    applied,
    known,
    patron,
    person,
)


def test_an_unchanged_patron_makes_no_event_and_is_not_rewritten():
    stored = known()
    decision = answered(stored, person(1))
    assert decision.outcome == "unchanged" and decision.events == {}
    assert decision.after is stored.record
    assert decision.first is False and decision.shares == frozenset()


def test_a_move_to_another_municipality_makes_an_address_and_a_municipality_event():
    decision = answered(known(), person(1, residence=ELSEWHERE))
    assert decision.events == {
        "patron.address": (
            "postal_code",
            "road_code",
            "house_number",
            "floor",
            "door",
            "municipality_code",
        ),
        "patron.municipality": ("municipality_code",),
    }


def test_a_new_name_makes_one_event_that_names_the_field_and_no_value():
    decision = answered(known(), person(1, name=Name(addressing="Nyt Navn")))
    assert decision.events == {"patron.name": ("name",)}


def test_a_birth_date_set_right_is_told_as_who_the_patron_is():
    decision = answered(known(), person(1, birth_date=UncertainDate(date(1940, 1, 2), True)))
    assert decision.events == {"patron.name": ("birth_date", "birth_date_uncertain")}


def test_a_status_date_alone_is_stored_and_makes_no_event():
    decision = answered(known(), person(1, status_date=UncertainDate(date(2021, 1, 1))))
    assert decision.after.registry_status_date == date(2021, 1, 1)
    assert decision.outcome == "unchanged" and decision.events == {}


def test_a_first_answer_makes_one_event_of_each_kind_that_it_fills():
    decision = answered(patron(PatronRecord()), person(1))
    assert decision.outcome == "first answer" and decision.first
    assert list(decision.events) == [
        "patron.name",
        "patron.address",
        "patron.municipality",
        "patron.status",
        "patron.protection",
    ]


def test_a_first_answer_fills_what_an_extract_had_held_already():
    said = person(1)
    stored = applied(patron(), answered(patron(), said))
    same_as_imported = replace(stored, record=stored.record._replace(registry_status=None, protection_flag=None))
    decision = answered(same_as_imported, said)
    assert decision.outcome == "first answer"
    assert {"patron.name", "patron.address", "patron.municipality"} <= decision.events.keys()


def test_a_first_answer_does_not_tell_what_it_leaves_empty():
    decision = answered(patron(PatronRecord()), person(20, name=Name(), birth_date=None))
    assert list(decision.events) == ["patron.status", "patron.protection"]


def test_a_first_answer_tells_protection_whichever_it_is():
    for protection in (None, Protection(True)):
        decision = answered(patron(), person(1, protection=protection))
        assert decision.events["patron.protection"] == ("protected",)


def test_a_first_answer_about_the_dead_tells_the_block():
    decision = answered(patron(), person(90))
    assert decision.outcome == "first answer"
    assert list(decision.events)[-1] == "patron.block"


def test_a_first_answer_under_a_new_number_tells_that_it_moved():
    decision = answered(patron(), person(1, cpr_number=SUCCESSOR), chain=(SUCCESSOR,))
    assert decision.outcome == "first answer"
    assert decision.events["patron.cpr_number"] == ("cpr_number",)


def test_events_stand_in_the_declared_order():
    decision = answered(
        known(person(1, protection=None), record=IMPORTED),
        person(90, cpr_number=SUCCESSOR, name=Name(addressing="Nyt Navn"), protection=Protection(True)),
        chain=(SUCCESSOR,),
    )
    assert list(decision.events) == [
        events.NAME,
        events.ADDRESS,
        events.MUNICIPALITY,
        events.STATUS,
        events.PROTECTION,
        events.CPR_NUMBER,
        events.BLOCK,
    ]


def test_no_event_holds_a_value_of_the_patron():
    decision = answered(known(), person(1, name=Name(addressing="Nyt Navn"), residence=ELSEWHERE))
    columns = {*PatronRecord._fields, "protected", "cpr_number", "blocks"}
    assert {field for fields in decision.events.values() for field in fields} <= columns


def test_a_number_annulled_as_the_first_answer_tells_only_status_and_block():
    decision = answered(patron(), person(30))
    assert decision.first and decision.outcome == "number annulled"
    assert list(decision.events) == ["patron.status", "patron.block"]


def test_the_events_of_a_patron_never_checked_are_compared_on_today():
    stored = replace(known(), checked_on=None)
    assert answered(stored, person(1), TODAY).events == {}
