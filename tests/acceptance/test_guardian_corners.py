"""Guardians where custody has a history, a date is put right late, or a run is held."""

from __future__ import annotations

import pytest

from tests.acceptance.families import AUNT, FATHER, MOTHER, Family, entry, later
from tests.fixtures.library import Library


@pytest.fixture
def family(library: Library) -> Family:
    family = Family(library)
    family.parents()
    return family


def test_an_old_entry_of_the_same_holder_does_not_date_the_end_of_the_one_that_goes(family: Family) -> None:
    old = entry(3, "2012-01-01", "2015-01-01")
    family.child(entry(3, "2018-01-01"), old)
    family.night()
    kept = family.library.rows("SELECT xmin::text, kind, valid_from FROM library.custody")
    family.night(later(1))
    assert family.library.rows("SELECT xmin::text, kind, valid_from FROM library.custody") == kept
    family.changed(old)
    report = family.night(later(2))
    assert family.library.rows("SELECT valid_to FROM library.guardian_link") == [(later(2),)]
    assert report["guardians"]["deleted"] == 0


def test_a_delete_date_that_was_moved_and_learnt_late_is_the_one_that_counts(family: Family) -> None:
    family.child(entry(3), entry(4, delete=later(3).isoformat()))
    family.night()
    family.changed(entry(3), entry(4, delete=later(1).isoformat()))
    family.night(later(5))
    assert family.library.rows("SELECT valid_to FROM library.guardian_link WHERE kind = 'father'") == [(later(1),)]


def test_nobody_is_looked_up_for_a_child_whose_uncertain_birth_date_staff_have_settled(family: Family) -> None:
    family.child(entry(3), birth_date="2008-03-03", birth_date_uncertain=True)
    family.night()
    family.night(later(1))
    [(case,)] = family.library.rows("SELECT case_number FROM library.staff_case")
    assert family.library.command("cases", "close", str(case), "--today", later(1).isoformat())[0] == 0
    assert family.night(later(2))["look_ups"] == 0


def test_an_answer_that_says_nothing_ends_no_case_of_a_guardian_whom_the_registry_did_not_know(family: Family) -> None:
    family.child(entry(5, holder=AUNT))
    family.night()
    family.library.person(AUNT, 1, name={"addressing": "Prøve Tante"})  # a residence is missing: it can't be read
    assert family.night(later(1))["outcomes"] == {"malformed": 1}
    assert family.cases() == ["guardian not found"]
    family.adult(AUNT, name="Prøve Tante")
    family.night(later(2))
    assert family.cases() == []
    assert family.library.rows("SELECT count(*) FROM sync.change WHERE kind = 'guardian.case'") == [(2,)]


def test_parents_by_adoption_take_the_place_of_the_ones_before(family: Family) -> None:
    family.child(entry(3), entry(4))
    family.night()
    family.adult("0101701111", name="Ny Mor")
    family.adult("0101701222", name="Ny Far")
    family.changed(entry(3), entry(4), mother="0101701111", father="0101701222")
    family.night(later(1))
    links = family.library.rows(
        "SELECT cpr_number, kind, valid_to FROM library.guardian_link JOIN library.guardian USING (guardian_id)"
    )
    assert set(links) == {
        (MOTHER, "mother", later(1)),
        (FATHER, "father", later(1)),
        ("0101701111", "mother", None),
        ("0101701222", "father", None),
    }


@pytest.mark.parametrize("dry_run", [False, True], ids=["", "dry run"])
def test_a_run_that_is_held_tells_what_stands(family: Family, dry_run: bool) -> None:
    ends = {"delete": later(1).isoformat()}
    family.child(entry(3), entry(4))
    family.night()
    family.changed(entry(3, **ends), entry(4, **ends))
    family.library.refresh(later(1))
    report = family.library.guardians(later(1), dry_run=dry_run, brake_guardian_links_ended_more_than=1)
    assert report["state"] == ("incomplete" if dry_run else "waiting")
    assert report["links"]["standing"] == 2 and report["oldest_custody"]
