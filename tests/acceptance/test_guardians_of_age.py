"""The 18th birthday of a child: links end, the patron moves to the adult group (docs/reference/rules.md)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.acceptance.families import MOTHER, Family, entry, later
from tests.fixtures.library import DAY, Library

EVE = DAY - timedelta(days=1)


@pytest.fixture
def family(library: Library) -> Family:
    """A family with both parents, of the test's own."""
    library.rows("INSERT INTO library.patron_group (patron_group) VALUES ('Barn'), ('Andre') RETURNING 1")
    family = Family(library)
    family.parents()
    return family


def close_case(family: Family, day: date) -> None:
    """Staff close the one open case."""
    assert family.library.rows(
        "UPDATE library.staff_case SET closed_on = %s, closed_by = 'staff' WHERE closed_on IS NULL RETURNING 1", day
    )


@pytest.mark.parametrize(
    ("born", "birthday"),
    [("2008-03-03", date(2026, 3, 3)), ("2008-02-29", date(2026, 3, 1)), ("2008-03-01", date(2026, 3, 1))],
)
def test_links_end_and_the_adult_group_comes_on_the_birthday(family: Family, born: str, birthday: date) -> None:
    family.child(entry(3), birth_date=born)
    family.sign(MOTHER)
    family.library.rows("UPDATE library.patron SET patron_group = 'Barn' RETURNING 1")
    eve = birthday - timedelta(days=1)
    family.night(eve)
    assert (family.kinds(eve), family.library.patron("1", eve)["patron_group"]) == (["mother", "mother"], "Barn")
    family.library.guardians(birthday, look_ups=False)
    assert family.kinds(birthday) == []
    assert {to for *_, to in family.links(birthday)} == {birthday.isoformat()}
    assert family.library.patron("1", birthday)["patron_group"] == "Voksen"
    assert [kind for _, kind in family.library.events("1")][-2:] == ["patron.group", "guardian.ended"]
    assert family.library.rows("SELECT count(*) FROM library.custody") == [(0,)]


def test_a_run_that_comes_late_ends_links_on_the_birthday_and_asks_about_no_guardian(family: Family) -> None:
    family.child(entry(3), birth_date="2008-03-05")
    family.night()
    assert family.night(later(10))["look_ups"] == 0
    assert family.links(later(10))[0][-1] == "2026-03-05"


def test_who_is_in_no_childs_group_keeps_theirs(family: Family) -> None:
    family.child(entry(3), birth_date="2008-03-03")
    family.library.rows("UPDATE library.patron SET patron_group = 'Andre' RETURNING 1")
    family.night()
    family.night(later(1))
    assert family.library.patron("1", later(1))["patron_group"] == "Andre"


def test_an_uncertain_birth_date_is_a_case_and_nothing_else_is_decided_until_staff_close_it(family: Family) -> None:
    family.child(entry(3), birth_date="2008-03-03", birth_date_uncertain=True)
    family.library.rows("UPDATE library.patron SET patron_group = 'Barn' RETURNING 1")
    family.night()
    assert (family.kinds(), family.cases()) == (["mother"], [])
    family.changed(entry(4))
    for day in (later(1), later(2)):
        family.night(day)
        assert (family.kinds(day), family.cases()) == (["mother"], ["uncertain birth date"])
    close_case(family, later(5))
    report = family.night(later(6))
    assert report["links"]["ended"] == 1
    assert family.links(later(6))[0][-1] == later(5).isoformat()
    assert family.library.patron("1", later(6))["patron_group"] == "Voksen"
    family.night(later(7))
    assert family.library.rows("SELECT count(*) FROM library.staff_case") == [(1,)]


def test_a_birth_date_that_becomes_certain_closes_the_case_and_ends_links_on_the_birthday(family: Family) -> None:
    family.child(entry(3), birth_date="2008-03-03", birth_date_uncertain=True)
    family.night()
    family.night(later(1))
    family.changed(entry(3), birth_date_uncertain=False)
    family.night(later(4))
    assert family.cases() == []
    assert family.links(later(4))[0][-1] == later(1).isoformat()


def test_an_adult_who_was_never_known_as_a_minor_is_no_case(family: Family) -> None:
    family.child(entry(3), birth_date="1990-01-01", birth_date_uncertain=True)
    report = family.night()
    assert (report["patrons"]["due"], family.cases(), family.kinds()) == (0, [], [])
    assert family.library.rows("SELECT count(*) FROM library.custody") == [(0,)]


def test_a_child_who_is_gone_from_the_library_has_no_case_and_its_guardians_are_not_asked_about(family: Family) -> None:
    family.child(entry(3), entry(4), father="0000000000")
    family.night()
    family.library.rows("UPDATE library.patron SET gone_on = %s RETURNING 1", later(1))
    report = family.night(later(1))
    assert (family.cases(), report["look_ups"], report["links"]["standing"]) == ([], 0, 2)


def test_a_case_that_staff_closed_is_not_raised_again_before_its_cause_was_gone(family: Family) -> None:
    family.child()
    family.night()
    close_case(family, DAY)
    family.night(later(1))
    assert family.cases() == []
    family.changed(entry(3))
    family.night(later(2))
    family.changed()
    family.night(later(3))
    assert family.cases() == ["no holder of custody"]
    assert family.library.rows("SELECT count(*) FROM library.staff_case") == [(2,)]
