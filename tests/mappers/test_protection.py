"""Name and address protection (docs/reference/rules.md, "Name and address protection")."""

from __future__ import annotations

from datetime import date

import pytest

from cpr_client.person import Protection
from mappers.protection import is_protected, protected_on, stored_protection
from mappers.record import PatronRecord
from tests.mappers.samples import (
    NUMBER,
    REPLACEMENT,
    TODAY,
    TOMORROW,
    YESTERDAY,
    answered,
    applied,
    known,
    patron,
    person,
)


def _protected(protection, day=TODAY):
    return is_protected(NUMBER, answered(known(), person(1, protection=protection)).after, day)


def test_no_element_is_not_protected():
    assert _protected(None) is False
    assert stored_protection(None) == (False, None, None)


def test_the_flag_protects_whatever_the_dates_say():
    assert _protected(Protection(True)) is True
    assert _protected(Protection(True, date(2001, 1, 1), date(2002, 1, 1))) is True


def test_the_dates_protect_though_the_flag_says_no_or_nothing():
    assert _protected(Protection(False, YESTERDAY, TOMORROW)) is True
    assert _protected(Protection(None, YESTERDAY, TOMORROW)) is True


@pytest.mark.parametrize(
    ("start", "end", "protected"),
    [
        (TODAY, None, True),
        (TOMORROW, None, False),
        (YESTERDAY, None, True),
        (None, TODAY, True),
        (None, YESTERDAY, False),
        (TODAY, TODAY, True),
        (YESTERDAY, YESTERDAY, False),
        (TOMORROW, YESTERDAY, False),
    ],
    ids=[
        "starts today",
        "starts tomorrow",
        "no end: for ever",
        "no start: always, the last day counts",
        "ended yesterday",
        "one day",
        "that one day is over",
        "ends before it starts",
    ],
)
def test_protection_by_dates(start, end, protected):
    assert _protected(Protection(False, start, end)) is protected


def test_a_flag_that_says_no_and_no_date_is_not_protected():
    assert _protected(Protection(False)) is False


@pytest.mark.parametrize(
    "protection",
    [
        Protection(readable=False),
        Protection(False, readable=False),
        Protection(False, date(2001, 1, 1), None, readable=False),
        Protection(None, None, date(2001, 1, 1), readable=False),
        Protection(),
    ],
    ids=["nothing", "flag no, a date unreadable", "end unreadable", "start unreadable", "an empty element"],
)
def test_an_element_that_says_nothing_or_can_not_be_read_counts_as_protected(protection):
    assert _protected(protection) is True


def test_the_rest_of_an_answer_whose_protection_can_not_be_read_is_applied():
    decision = answered(patron(), person(1, protection=Protection(readable=False)))
    assert decision.outcome == "first answer" and decision.after.name == "Prøve Person"


def test_before_the_registry_has_spoken_protection_is_unknown():
    assert is_protected(NUMBER, PatronRecord(), TODAY) is None


@pytest.mark.parametrize("number", [None, REPLACEMENT])
def test_without_a_number_or_with_a_replacement_number_a_patron_is_not_protected(number):
    assert is_protected(number, PatronRecord(), TODAY) is False


def test_protection_that_begins_by_its_date_is_told_on_that_day_without_a_rewrite():
    ahead = person(1, protection=Protection(False, TODAY, None))
    stored = known(ahead)
    assert protected_on(stored.record, YESTERDAY) is False
    decision = answered(stored, ahead)
    assert decision.after is stored.record
    assert decision.events == {"patron.protection": ("protected",)}
    assert decision.outcome == "changed"
    assert answered(applied(stored, decision), ahead, TOMORROW).outcome == "unchanged"


def test_protection_that_ends_by_its_date_is_told_the_day_after_its_last_day():
    ending = person(1, protection=Protection(False, None, TODAY))
    stored = known(ending)
    today = answered(stored, ending)
    assert today.outcome == "unchanged"
    tomorrow = answered(applied(stored, today), ending, TOMORROW)
    assert tomorrow.events == {"patron.protection": ("protected",)}


def test_a_date_that_fell_is_told_even_by_an_answer_that_is_not_applied():
    stored = known(person(1, protection=Protection(False, TODAY, None)))
    decision = answered(stored, person(1, residence=None))
    assert decision.outcome == "malformed"
    assert decision.after is stored.record
    assert decision.events == {"patron.protection": ("protected",)}


def test_new_dates_of_a_protection_that_holds_all_the_same_are_stored_and_make_no_event():
    stored = known(person(1, protection=Protection(True, None, date(2026, 12, 1))))
    decision = answered(stored, person(1, protection=Protection(True, None, date(2027, 12, 1))))
    assert decision.after.protected_to == date(2027, 12, 1)
    assert decision.events == {} and decision.outcome == "unchanged"


def test_protection_is_an_event_when_it_is_learnt_and_when_it_is_gone():
    protected = person(1, protection=Protection(True))
    stored = applied(known(), answered(known(), protected))
    assert answered(known(), protected).events == {"patron.protection": ("protected",)}
    assert answered(stored, person(1), TOMORROW).events == {"patron.protection": ("protected",)}
