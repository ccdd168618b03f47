"""The shared types show nobody: no name, number or address in a `repr` (docs/explanation/privacy.md)."""

from __future__ import annotations

from mappers.address import base_of
from mappers.record import Decision
from tests.mappers.samples import NUMBER, SUCCESSOR, answered, known, person


def test_nothing_of_a_patron_shows_in_a_repr():
    stored = known()
    decision = answered(stored, person(1, cpr_number=SUCCESSOR), chain=(SUCCESSOR,))
    shown = " ".join(map(repr, (stored, stored.record, decision, base_of(stored.record), person(1))))
    for value in (NUMBER.digits, SUCCESSOR.digits, "Prøve", "Aalborg", "0851", "1940"):
        assert value not in shown
    assert "P1" in repr(decision)


def test_a_decision_that_says_nothing_more_is_without_events_blocks_and_notes():
    decision = Decision("P1", "unchanged", known().record, None, False)
    assert (decision.events, decision.blocks_set, decision.blocks_lifted, decision.notes) == ({}, {}, (), ())
