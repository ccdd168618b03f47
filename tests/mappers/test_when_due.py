"""When a patron is due again after a good answer (docs/reference/rules.md, "When again")."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cpr_client.person import UncertainDate
from mappers.when_due import next_due_after_death, year_after
from tests.mappers.samples import TODAY, answered, applied, known, patron, person


@pytest.mark.parametrize("days", [1, 7, 30])
@pytest.mark.parametrize("code", [1, 3, 5, 7, 20, 70, 80])
def test_a_patron_is_due_again_after_the_interval(code, days):
    assert answered(known(), person(code), interval_days=days).next_due == TODAY + timedelta(days=days)


def test_the_dead_are_asked_about_every_90_days_until_a_year_after_the_death():
    dead = person(90, status_date=UncertainDate(TODAY))
    stored, day, asked = known(), TODAY, []
    while day is not None:
        decision = answered(stored, dead, day)
        stored, day = applied(stored, decision, day), decision.next_due
        asked.append(day)
    assert [(day - TODAY).days for day in asked[:-1]] == [90, 180, 270, 360]
    assert asked[-1] is None


def test_a_ninetieth_day_on_the_anniversary_is_one_and_past_it_is_none():
    death = date(2025, 3, 10)
    assert next_due_after_death(death, date(2025, 12, 10)) == date(2026, 3, 10)
    assert next_due_after_death(death, date(2025, 12, 11)) is None


def test_a_death_learnt_more_than_a_year_late_is_never_asked_about_again():
    decision = answered(patron(), person(90, status_date=UncertainDate(date(2020, 1, 1))))
    assert decision.next_due is None and decision.outcome == "first answer"


def test_a_death_without_a_date_counts_from_the_day_it_was_learnt():
    dead = person(90, status_date=None)
    stored = applied(known(), answered(known(), dead))
    assert answered(stored, dead, TODAY + timedelta(days=270)).next_due == TODAY + timedelta(days=360)
    assert answered(stored, dead, TODAY + timedelta(days=280)).next_due is None


def test_a_death_annulled_is_due_as_the_living_are():
    dead = applied(known(), answered(known(), person(90)))
    assert answered(dead, person(1)).next_due == TODAY + timedelta(days=1)


def test_a_year_after_the_29th_of_february_is_the_1st_of_march():
    assert year_after(date(2024, 2, 29)) == date(2025, 3, 1)
    assert year_after(date(2025, 2, 28)) == date(2026, 2, 28)
    assert year_after(date.max) == date.max
