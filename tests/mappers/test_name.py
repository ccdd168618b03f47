"""Which name the library keeps (docs/reference/rules.md, "Name")."""

from __future__ import annotations

from cpr_client.person import Name
from mappers.name import patron_name
from tests.mappers.samples import answered, known, person


def test_the_addressing_name_is_taken_before_the_legal_names():
    assert patron_name(Name("Prøve P. Person", "Prøve", "Påfund", "Person")) == "Prøve P. Person"


def test_without_an_addressing_name_first_middle_and_last_name_are_joined():
    assert patron_name(Name(None, "Prøve", "Påfund", "Person")) == "Prøve Påfund Person"
    assert patron_name(Name(None, "Prøve", None, "Person")) == "Prøve Person"
    assert patron_name(Name(None, None, None, "Person")) == "Person"


def test_a_child_not_yet_named_has_no_name():
    assert patron_name(Name()) is None


def test_a_child_without_a_name_keeps_the_library_s():
    stored = known(person(1))
    decision = answered(stored, person(1, name=Name()))
    assert decision.after.name == "Prøve Person"
    assert decision.outcome == "unchanged"


def test_markers_in_a_name_are_kept_as_they_stand():
    assert patron_name(Name("Prøve Person+")) == "Prøve Person+"
