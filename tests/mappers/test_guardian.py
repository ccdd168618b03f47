"""An answer about a guardian who is no patron: the rules of a patron, and less is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cpr_client.cpr_number import CprNumber
from cpr_client.person import Name, UncertainDate
from mappers.guardian import GUARDIAN_FIELDS, GuardianDecision, StoredGuardian, decide_guardian
from mappers.record import PatronRecord, Quarantine
from tests.mappers.samples import ELSEWHERE, NUMBER, SUCCESSOR, TODAY, TOMORROW, person

NEW = StoredGuardian(7, NUMBER, PatronRecord(name="Prøve Underskriver"))


def decided(stored: StoredGuardian, answer: object, chain: tuple[CprNumber, ...] = ()) -> GuardianDecision:
    return decide_guardian(stored, answer, today=TODAY, interval_days=1, chain=chain)  # type: ignore[arg-type]


def known() -> StoredGuardian:
    return replace(NEW, record=decided(NEW, person()).after)


def test_a_first_answer_gives_name_and_address_and_the_next_day() -> None:
    decision = decided(NEW, person())
    assert (decision.outcome, decision.after.name, decision.after.street) == (
        "first answer",
        "Prøve Person",
        "Prøvevej 12A, 1. tv",
    )
    assert decision.next_due == TOMORROW


def test_no_municipality_and_no_parts_of_an_address_are_kept() -> None:
    after = decided(NEW, person()).after
    assert {name for name in PatronRecord._fields if getattr(after, name)} <= set(GUARDIAN_FIELDS)
    assert "municipality_code" not in GUARDIAN_FIELDS and "road_code" not in GUARDIAN_FIELDS


def test_an_unchanged_answer_rewrites_nothing() -> None:
    stored = known()
    decision = decided(stored, person())
    assert decision.outcome == "unchanged"
    assert decision.after is stored.record


def test_a_changed_name_or_address_is_a_change() -> None:
    assert decided(known(), person(name=Name(addressing="Ny Prøve"))).outcome == "changed"
    assert decided(known(), person(residence=ELSEWHERE)).outcome == "changed"


def test_who_is_not_found_keeps_what_there_is_and_is_asked_about_after_1_2_4_days() -> None:
    first = decided(NEW, Quarantine("not found"))
    assert (first.outcome, first.reason, first.since, first.tries) == ("not found", "not found", TODAY, 1)
    assert first.after is NEW.record
    again = decided(replace(NEW, reason="not found", since=TODAY, tries=1), Quarantine("not found"))
    assert (again.tries, again.since, again.next_due) == (2, TODAY, TODAY + timedelta(days=2))


def test_a_good_answer_ends_what_was_wrong() -> None:
    decision = decided(replace(NEW, reason="not found", since=TODAY, tries=3), person())
    assert (decision.reason, decision.since, decision.tries) == (None, None, 0)


def test_a_changed_number_moves_with_the_end_of_the_chain() -> None:
    decision = decided(known(), person()._replace(cpr_number=SUCCESSOR), chain=(SUCCESSOR,))
    assert (decision.outcome, decision.moved_to) == ("changed", SUCCESSOR)


def test_a_number_that_somebody_has_already_makes_one_of_the_two() -> None:
    decision = decided(known(), Quarantine("duplicate patron"), chain=(SUCCESSOR,))
    assert (decision.outcome, decision.moved_to, decision.reason) == ("same person", SUCCESSOR, None)


def test_the_dead_are_asked_about_every_90_days() -> None:
    assert decided(known(), person(90, status_date=UncertainDate(TODAY))).next_due == TODAY + timedelta(days=90)


def test_nobody_shows_in_a_repr() -> None:
    assert repr(NEW) == "<StoredGuardian 7>"
    assert repr(decided(NEW, person())) == "<GuardianDecision 7 first answer>"
