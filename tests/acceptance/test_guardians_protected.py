"""Protection of a guardian or of the child holds for what a link shows (docs/reference/rules.md)."""

from __future__ import annotations

import json

import pytest

from tests.acceptance.families import FATHER, MOTHER, PROTECTED, Family, entry
from tests.acceptance.made_up import HOME
from tests.fixtures.library import DAY, Library


@pytest.fixture
def family(library: Library) -> Family:
    """A family of the test's own; mother and father hold custody."""
    family = Family(library)
    family.adult(FATHER, name="Prøve Far", residence={**HOME, "road_name": "Fars Vej"})
    return family


def names(family: Family, *options: str) -> dict[str, str | None]:
    """Kind -> name, as staff see them."""
    return {g["kind"]: g["name"] for g in family.library.patron("1", DAY, *options)["guardians"]}


@pytest.mark.parametrize("patron", [False, True], ids=["no patron", "a patron"])
def test_a_protected_guardians_name_is_withheld_and_the_others_is_not(family: Family, patron: bool) -> None:
    family.adult(MOTHER, name="Prøve Mor", protection=PROTECTED)
    if patron:
        family.library.enrol("2", MOTHER)
    family.child(entry(3), entry(4))
    family.night()
    assert names(family) == {"mother": None, "father": "Prøve Far"}
    assert names(family, "--reveal", "a test looks") == {"mother": "Prøve Mor", "father": "Prøve Far"}
    told = family.library.rows("SELECT patron_number, guardian_id IS NOT NULL FROM sync.disclosure ORDER BY 1")
    assert told == [("1", False), ("2", False) if patron else (None, True)]


def test_every_guardians_name_of_a_protected_child_is_withheld(family: Family) -> None:
    family.adult(MOTHER, name="Prøve Mor")
    family.child(entry(3), entry(4), protection=PROTECTED)
    family.night()
    assert names(family) == {"mother": None, "father": None}
    assert names(family, "--reveal", "a test looks") == {"mother": "Prøve Mor", "father": "Prøve Far"}


def test_a_guardian_about_whom_the_registry_has_not_spoken_is_shown_as_if_protected(family: Family) -> None:
    family.child(entry(3), entry(4))
    family.sign(MOTHER, name="Prøve Underskriver")
    family.library.refresh()
    family.library.guardians(look_ups=False)
    assert names(family)["mother"] is None


def test_no_link_shows_an_address(family: Family) -> None:
    family.adult(MOTHER, name="Prøve Mor", residence={**HOME, "road_name": "Mors Vej"})
    family.child(entry(3), entry(4))
    family.night()
    for options in ((), ("--reveal", "a test looks")):
        shown = json.dumps(family.library.patron("1", DAY, *options), ensure_ascii=False)
        assert "Mors Vej" not in shown and "Fars Vej" not in shown
    assert family.library.rows("SELECT count(*) FROM library.guardian WHERE street LIKE '%%Vej%%'") == [(2,)]


def test_people_read_who_the_guardians_are(family: Family) -> None:
    family.adult(MOTHER, name="Prøve Mor", protection=PROTECTED)
    family.child(entry(3), entry(4, start="2020-01-01", delete="2030-01-01"))
    family.sign(MOTHER)
    family.night()
    _, said = family.library.command("patron", "1", "--today", DAY.isoformat())
    assert "Prøve Far, custody, father, from 2020-01-01, until 2030-01-01" in said
    assert "name not shown, has signed, mother, from 2025-08-01, confirmed by custody" in said
    assert "Prøve Mor" not in said
