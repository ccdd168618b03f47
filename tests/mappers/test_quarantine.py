"""Quarantine: which errors lead there, and when the patron is asked about again (docs/reference/rules.md)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cpr_client import errors
from mappers.quarantine import next_try, quarantine_for
from mappers.record import Quarantine
from tests.mappers.samples import TODAY, answered, applied, known, person


def _days_between_tries(reason, tries):
    stored, day, days = known(), TODAY, []
    for _ in range(tries):
        decision = answered(stored, Quarantine(reason), day)
        assert decision.next_due is not None
        days.append((decision.next_due - day).days)
        stored, day = applied(stored, decision, day), decision.next_due
    return days


@pytest.mark.parametrize("reason", ["not found", "malformed", "mismatched", "number annulled", "successor circle"])
def test_the_days_between_tries_double_up_to_32(reason):
    assert _days_between_tries(reason, 8) == [1, 2, 4, 8, 16, 32, 32, 32]


def test_a_number_that_stays_annulled_is_asked_about_ever_more_seldom():
    stored, day = known(), TODAY
    for days in (1, 2, 4):
        decision = answered(stored, person(30), day)
        assert decision.next_due == day + timedelta(days=days)
        stored, day = applied(stored, decision, day), decision.next_due


def test_a_duplicate_patron_is_asked_about_every_32_days():
    assert _days_between_tries("duplicate patron", 3) == [32, 32, 32]


def test_an_implausible_answer_is_asked_for_again_the_next_day():
    assert _days_between_tries("implausible", 3) == [1, 1, 1]


def test_a_good_answer_ends_the_quarantine():
    stored = applied(known(), answered(known(), Quarantine("not found")))
    assert stored.quarantine_reason == "not found"
    decision = answered(stored, person(1))
    assert decision.quarantine is None and decision.tries == 0
    assert decision.outcome == "unchanged"


def test_another_reason_starts_the_count_anew():
    stored = applied(known(), answered(known(), Quarantine("not found")))
    again = answered(stored, Quarantine("not found"))
    assert again.tries == 2
    other = answered(stored, Quarantine("malformed", "status"))
    assert other.tries == 1 and other.quarantine == Quarantine("malformed", "status")


def test_a_count_that_has_grown_for_years_is_still_32_days():
    assert next_try("not found", 5000, date(2026, 1, 1)) == date(2026, 2, 2)


@pytest.mark.parametrize(
    ("error", "quarantine"),
    [
        (errors.PersonNotFound(), Quarantine("not found")),
        (errors.MalformedAnswer("status", "is unknown"), Quarantine("malformed", "status is unknown")),
        (
            errors.MismatchedAnswer(),
            Quarantine("mismatched", "persondata/personnummer is another number than the one asked for"),
        ),
    ],
)
def test_an_answer_that_can_not_be_used_is_quarantined(error, quarantine):
    assert quarantine_for(error) == quarantine


@pytest.mark.parametrize(
    "error",
    [
        errors.RegistryTimeout("no answer in time"),
        errors.RegistryUnavailable("refused"),
        errors.RegistryBusy("patience"),
        errors.CertificateProblem("expired"),
        errors.RequestRefused("refused"),
        errors.ConfigurationError("no such setting"),
    ],
)
def test_an_error_that_leaves_the_patron_unasked_is_no_quarantine(error):
    assert quarantine_for(error) is None
