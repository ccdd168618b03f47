"""The plausibility brake: each line, its population, the first 200 answers (docs/reference/rules.md)."""

from __future__ import annotations

import pytest

from cpr_client.person import Name, Protection
from mappers.plausibility import DEFAULT_LIMITS, FROM_ANSWERS, LINES, Tally, verdict
from mappers.record import Quarantine
from tests.mappers.samples import (
    CONTACT,
    ELSEWHERE,
    RESIDENCE,
    SUCCESSOR,
    TODAY,
    TOMORROW,
    answered,
    applied,
    known,
    patron,
    person,
)

UNMOVED = answered(known(), person(1))
FIRST = answered(patron(), person(1))

EXAMPLES = {
    "dead_percent": lambda: answered(known(), person(90)),
    "not_found_percent": lambda: answered(known(), Quarantine("not found")),
    "malformed_or_mismatched_percent": lambda: answered(known(), Quarantine("malformed", "status")),
    "newly_protected_percent": lambda: answered(known(), person(1, protection=Protection(True))),
    "number_changed_percent": lambda: answered(known(), person(1, cpr_number=SUCCESSOR), chain=(SUCCESSOR,)),
    "name_changed_percent": lambda: answered(known(), person(1, name=Name(addressing="Nyt Navn"))),
    "left_the_municipality_percent": lambda: answered(known(), person(1, residence=ELSEWHERE)),
    "address_changed_percent": lambda: answered(known(), person(1, residence=RESIDENCE._replace(door="th"))),
    "first_dead_percent": lambda: answered(patron(), person(90)),
    "first_not_found_percent": lambda: answered(patron(), Quarantine("not found")),
    "first_malformed_or_mismatched_percent": lambda: answered(patron(), Quarantine("mismatched")),
}


def _tally(example, bad, answers):
    ordinary = FIRST if example.first else UNMOVED
    tally = Tally()
    tally.add([ordinary] * (answers - bad) + [example] * bad)
    return tally


def test_the_default_limits_are_those_of_the_rules():
    assert DEFAULT_LIMITS == {
        "dead_percent": 0.5,
        "not_found_percent": 1.0,
        "malformed_or_mismatched_percent": 1.0,
        "newly_protected_percent": 1.0,
        "number_changed_percent": 0.5,
        "name_changed_percent": 5.0,
        "left_the_municipality_percent": 5.0,
        "address_changed_percent": 20.0,
        "first_dead_percent": 5.0,
        "first_not_found_percent": 5.0,
        "first_malformed_or_mismatched_percent": 1.0,
    }
    assert EXAMPLES.keys() == DEFAULT_LIMITS.keys()


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.key)
def test_each_line_alarms_past_its_limit_and_not_at_it(line):
    example = EXAMPLES[line.key]()
    assert line.key in example.shares
    at_limit = round(line.limit_percent * 1000 / 100)
    assert line.key not in [alarm.line.key for alarm in verdict(_tally(example, at_limit, 1000))]
    alarms = {alarm.line.key: alarm for alarm in verdict(_tally(example, at_limit + 1, 1000))}
    assert alarms[line.key].as_counts() == {
        "line": line.key,
        "code": line.code,
        "population": line.population,
        "count": at_limit + 1,
        "answers": 1000,
        "percent": round((at_limit + 1) / 10, 2),
        "limit_percent": line.limit_percent,
    }


@pytest.mark.parametrize("key", EXAMPLES)
def test_no_line_speaks_before_200_answers(key):
    example = EXAMPLES[key]()
    assert verdict(_tally(example, FROM_ANSWERS - 1, FROM_ANSWERS - 1)) == []
    assert verdict(_tally(example, FROM_ANSWERS, FROM_ANSWERS)) != []


def test_first_answers_and_answers_about_known_patrons_are_counted_apart():
    dead, first_dead = EXAMPLES["dead_percent"](), EXAMPLES["first_dead_percent"]()
    tally = Tally()
    tally.add([UNMOVED] * 190 + [dead] * 9 + [FIRST] * 1000)
    assert verdict(tally) == [], "199 answers about known patrons are too few to speak of"
    tally.add([first_dead] * 40)
    assert verdict(tally) == [], "first answers have limits of their own"
    tally.add([UNMOVED])
    assert [alarm.line.key for alarm in verdict(tally)] == ["dead_percent"]


def test_a_first_load_is_no_alarm():
    tally = Tally()
    tally.add([FIRST] * 5000)
    assert verdict(tally) == []
    assert FIRST.shares == frozenset()


def test_a_first_answer_counts_in_the_lines_of_first_answers_alone():
    decision = answered(
        patron(), person(1, cpr_number=SUCCESSOR, protection=Protection(True), residence=ELSEWHERE), chain=(SUCCESSOR,)
    )
    assert decision.shares == frozenset()


def test_limits_that_are_set_take_the_place_of_the_defaults():
    tally = _tally(EXAMPLES["name_changed_percent"](), 30, 1000)
    assert verdict(tally) == []
    assert [alarm.line.code for alarm in verdict(tally, {"name_changed_percent": 2})] == ["name changed"]
    assert verdict(_tally(EXAMPLES["name_changed_percent"](), 60, 1000), {"name_changed_percent": 100.0}) == []


def test_a_limit_of_hundredths_is_exact():
    tally = _tally(EXAMPLES["name_changed_percent"](), 57, 10_000)
    assert verdict(tally, {"name_changed_percent": 0.57}) == []
    assert verdict(tally, {"name_changed_percent": 0.56}) != []


def test_a_batch_is_weighed_with_the_run_so_far_and_the_run_stays_as_it_was():
    run = Tally()
    run.add([UNMOVED] * 200)
    batch = [EXAMPLES["dead_percent"]()] * 5
    assert verdict(run.with_batch(batch)) != []
    assert verdict(run) == [] and run.answers == {"known": 200}


def test_a_patron_known_to_be_dead_counts_no_second_time():
    dead = applied(known(), answered(known(), person(90)))
    assert answered(dead, person(90), TOMORROW).shares == frozenset()
    renamed = answered(dead, person(90, name=Name(addressing="Nyt Navn")), TOMORROW)
    assert renamed.shares == {"name_changed_percent"}


@pytest.mark.parametrize("why", [Quarantine("not found"), Quarantine("malformed", "status"), Quarantine("mismatched")])
def test_a_patron_in_quarantine_for_the_same_thing_counts_no_second_time(why):
    stored = applied(known(), answered(known(), why))
    assert answered(stored, why, TOMORROW).shares == frozenset()
    assert answered(known(), why).shares != frozenset()


def test_a_patron_held_back_by_a_brake_counts_again_when_asked_about_again():
    stored = applied(known(), answered(known(), Quarantine("implausible")))
    assert answered(stored, Quarantine("not found"), TOMORROW).shares == {"not_found_percent"}


def test_who_had_no_municipality_does_not_leave_one():
    abroad = known(person(80))
    assert "left_the_municipality_percent" not in answered(abroad, person(1)).shares


def test_who_moves_abroad_or_dies_leaves_the_municipality():
    for code in (20, 70, 80, 90):
        assert "left_the_municipality_percent" in answered(known(), person(code)).shares


def test_a_protection_that_ends_or_lasts_is_not_newly_protected():
    protected = known(person(1, protection=Protection(True)))
    assert answered(protected, person(1)).shares == frozenset()
    assert answered(protected, person(1, protection=Protection(True))).shares == frozenset()


def test_protection_that_was_unknown_until_now_is_not_newly_protected():
    annulled_at_first = applied(patron(), answered(patron(), person(30)))
    restored = answered(annulled_at_first, person(1, protection=Protection(True)))
    assert "patron.protection" in restored.events
    assert "newly_protected_percent" not in restored.shares


def test_a_birth_date_set_right_is_no_new_name():
    assert answered(known(), person(1, birth_date=None)).shares == frozenset()
    assert answered(known(record=known().record), person(1, name=Name())).shares == frozenset()


def test_a_contact_address_that_begins_counts_as_an_address_changed():
    assert answered(known(), person(1, contact=CONTACT), TODAY).shares == {"address_changed_percent"}
