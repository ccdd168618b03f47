"""Who holds custody, out of an answer: a row of the rules a test."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest

from cpr_client.cpr_number import CprNumber
from cpr_client.person import Custody, Person, UncertainDate
from mappers.custody import CustodyEntry, custody_after, custody_entries, holders_on
from mappers.record import PatronRecord
from tests.mappers.samples import REPLACEMENT, TODAY, TOMORROW, YESTERDAY, person

MOTHER, FATHER, AUNT = CprNumber("0101805556"), CprNumber("0202815557"), CprNumber("0404835558")
CHILD = PatronRecord(birth_date=date(2016, 1, 1), registry_status=1)


def child(*custody: Custody, **parts: object) -> Person:
    told: dict[str, Any] = {"mother": MOTHER, "father": FATHER, "custody": custody, **parts}
    return person()._replace(**told)


def starts(day: date) -> UncertainDate:
    return UncertainDate(day)


def test_mother_and_father_are_holders_by_their_entries_with_the_childs_own_numbers() -> None:
    assert custody_entries(child(Custody(4, starts(YESTERDAY)), Custody(3, delete=TOMORROW))) == (
        CustodyEntry("father", FATHER, YESTERDAY, None),
        CustodyEntry("mother", MOTHER, None, TOMORROW),
    )


def test_a_parent_without_an_entry_holds_nothing() -> None:
    assert custody_entries(child(Custody(3))) == (CustodyEntry("mother", MOTHER),)
    assert custody_entries(child()) == ()


@pytest.mark.parametrize("type", [5, 6])
def test_another_holder_stands_in_the_entry(type: int) -> None:
    assert custody_entries(child(Custody(type, holder=AUNT))) == (CustodyEntry("other holder", AUNT),)


@pytest.mark.parametrize(
    "answer",
    [
        child(Custody(3), mother=None),
        child(Custody(4), father=None),
        child(Custody(3), mother=REPLACEMENT),
        child(Custody(5)),
        child(Custody(None)),
        child(Custody(3, readable=False)),
    ],
    ids=["no mother", "no father", "replacement number", "no holder", "no type", "unreadable"],
)
def test_whoever_can_t_be_told_is_an_unknown_holder(answer: Person) -> None:
    assert custody_entries(answer) == (CustodyEntry("unknown holder", None),)


def test_entries_of_one_holder_and_first_day_are_one_with_the_later_end() -> None:
    twice = child(Custody(5, delete=TOMORROW, holder=AUNT), Custody(6, holder=AUNT))
    assert custody_entries(twice) == (CustodyEntry("other holder", AUNT),)


def test_the_order_of_an_answer_decides_nothing() -> None:
    entries = (
        Custody(3),
        Custody(4, starts(YESTERDAY)),
        Custody(5, holder=AUNT),
        Custody(6, delete=TODAY, holder=AUNT),
    )
    answers = {custody_entries(child(*order)) for order in permutations(entries)}
    assert len(answers) == 1


def test_an_entry_is_in_force_from_its_first_day_until_the_day_before_its_delete_date() -> None:
    entry = CustodyEntry("mother", MOTHER, YESTERDAY, TOMORROW)
    days = [YESTERDAY - timedelta(days=1), YESTERDAY, TODAY, TOMORROW]
    assert [entry.in_force(day) for day in days] == [False, True, True, False]
    assert CustodyEntry("mother", MOTHER).in_force(date.min)


def test_holders_of_a_day_are_those_whose_entries_are_in_force_each_once() -> None:
    entries = [
        CustodyEntry("mother", MOTHER, YESTERDAY, TOMORROW),
        CustodyEntry("mother", MOTHER, TODAY, None),
        CustodyEntry("father", FATHER, TOMORROW, None),
    ]
    assert holders_on(entries, TODAY) == (("mother", MOTHER, YESTERDAY, None),)
    assert [holder.kind for holder in holders_on(entries, TOMORROW)] == ["father", "mother"]


def test_of_a_minor_is_kept_what_is_in_force_or_lies_ahead() -> None:
    answer = child(Custody(3), Custody(4, starts(TOMORROW)), Custody(5, delete=TODAY, holder=AUNT))
    kept = custody_after(None, CHILD, answer, TODAY)
    assert kept == (CustodyEntry("father", FATHER, TOMORROW), CustodyEntry("mother", MOTHER))


def test_an_entry_that_ended_while_it_was_known_here_is_kept_for_its_date_and_dropped_in_time() -> None:
    before = (CustodyEntry("father", FATHER),)
    ended = child(Custody(4, delete=YESTERDAY))
    kept = custody_after(before, CHILD, ended, TODAY)
    assert kept == (CustodyEntry("father", FATHER, None, YESTERDAY),)
    assert custody_after(kept, CHILD, ended, TODAY + timedelta(days=28)) is kept
    assert custody_after(kept, CHILD, ended, TODAY + timedelta(days=29)) == ()


def test_its_holder_may_have_got_another_number_meanwhile() -> None:
    before = (CustodyEntry("father", CprNumber("0909455550")),)
    ended = child(Custody(4, delete=YESTERDAY))
    assert custody_after(before, CHILD, ended, TODAY) == (CustodyEntry("father", FATHER, None, YESTERDAY),)


def test_an_unchanged_answer_is_the_very_same_object() -> None:
    before = custody_after(None, CHILD, child(Custody(3), Custody(4)), TODAY)
    assert custody_after(before, CHILD, child(Custody(4), Custody(3)), TOMORROW) is before


def test_a_minor_without_an_entry_is_known_to_have_none() -> None:
    assert custody_after(None, CHILD, child(), TODAY) == ()


@pytest.mark.parametrize(
    "record",
    [PatronRecord(birth_date=date(1980, 1, 1), registry_status=1), PatronRecord(registry_status=1)],
    ids=["of age", "birth date unknown"],
)
def test_of_who_is_no_minor_nothing_is_taken_and_what_is_there_waits_for_the_links(record: PatronRecord) -> None:
    assert custody_after(None, record, child(Custody(3)), TODAY) is None
    before = (CustodyEntry("father", FATHER),)
    assert custody_after(before, record, child(Custody(3)), TODAY) is before


def test_of_the_dead_nothing_is_kept() -> None:
    assert custody_after((CustodyEntry("father", FATHER),), CHILD._replace(registry_status=90), child(), TODAY) is None


def test_no_number_shows_itself() -> None:
    entry = CustodyEntry("mother", MOTHER)
    assert repr([entry, *holders_on([entry], TODAY)]) == "[<CustodyEntry mother>, <Holder mother>]"
