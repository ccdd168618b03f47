"""Whose guardian somebody is, night by night, through refresh and guardians (docs/reference/rules.md)."""

from __future__ import annotations

from datetime import date

import pytest

from cpr_client import PersonNotFound
from tests.acceptance.families import (
    AUNT,
    CHILD,
    FATHER,
    MOTHER,
    NEW_NUMBER,
    NEWER_NUMBER,
    SIBLING,
    STEPFATHER,
    Family,
    entry,
    later,
)
from tests.fixtures.library import DAY, Library


@pytest.fixture
def family(library: Library) -> Family:
    """A family of the test's own."""
    return Family(library)


def test_both_parents_who_hold_custody_are_linked_with_their_names(family: Family) -> None:
    family.parents()
    family.child(entry(3), entry(4, start="2020-05-01", delete="2030-05-01"))
    report = family.night()
    assert family.links() == [
        ("registry", "father", "Prøve Far", "2020-05-01", "2030-05-01"),
        ("registry", "mother", "Prøve Mor", None, None),
    ]
    assert (report["state"], report["look_ups"], report["links"]["linked"]) == ("done", 2, 2)
    assert report["oldest_custody"] == DAY.isoformat()
    assert family.cases() == []
    assert family.library.events("1")[-1] == ("1", "guardian.linked")


def test_a_parent_without_an_entry_holds_no_custody_and_is_not_looked_up(family: Family) -> None:
    family.parents()
    family.child(entry(3))
    family.night()
    assert family.kinds() == ["mother"]
    assert family.library.asked_about(FATHER) == 0


def test_two_mothers_are_linked_each_by_the_slot_that_the_registry_gives_her(family: Family) -> None:
    family.parents()
    family.child(entry(3), entry(4), father=AUNT)
    family.adult(AUNT, name="Prøve Medmor")
    family.night()
    assert [(kind, name) for _, kind, name, *_ in family.links()] == [
        ("father", "Prøve Medmor"),
        ("mother", "Prøve Mor"),
    ]


def test_other_holders_are_linked_by_the_number_in_their_entry_beside_a_parent(family: Family) -> None:
    family.parents()
    family.adult(AUNT, name="Prøve Tante")
    family.adult(STEPFATHER, name="Prøve Papfar")
    family.child(entry(5, holder=AUNT), entry(6, holder=STEPFATHER), entry(3))
    family.night()
    assert family.kinds() == ["mother", "other holder", "other holder"]


def test_a_holder_without_a_number_is_an_unknown_holder_and_a_case(family: Family) -> None:
    family.parents()
    family.child(entry(3), entry(4), father="0000000000")
    report = family.night()
    assert family.links()[1] == ("registry", "unknown holder", None, None, None)
    assert family.cases() == ["unknown holder"]
    assert report["look_ups"] == 1
    family.changed(entry(3), entry(4), father=FATHER)
    family.night(later(1))
    assert (family.kinds(later(1)), family.cases()) == (["father", "mother"], [])


def test_a_child_without_an_entry_has_no_guardian_but_a_case_which_closes_itself(family: Family) -> None:
    family.parents()
    family.child()
    family.night()
    assert (family.kinds(), family.cases()) == ([], ["no holder of custody"])
    assert family.library.asked_about(MOTHER) == 0
    family.night(later(1))
    assert family.library.rows("SELECT count(*) FROM library.staff_case") == [(1,)]
    family.changed(entry(3))
    family.night(later(2))
    assert family.cases() == []
    assert [kind for _, kind in family.library.events("1")].count("guardian.case") == 2


def test_custody_that_begins_and_ends_by_its_dates_needs_no_answer_of_the_registry(family: Family) -> None:
    family.parents()
    family.child(entry(3, delete=later(2).isoformat()), entry(4, start=later(2).isoformat()))
    family.night()
    asked = family.library.asked()
    for day, kinds in ((later(1), ["mother"]), (later(2), ["father"])):
        family.library.guardians(day, look_ups=False)
        assert family.kinds(day) == kinds
    assert family.library.asked() == asked
    assert family.links(later(2))[1] == ("registry", "mother", "Prøve Mor", None, later(2).isoformat())


def test_custody_that_is_not_in_the_answer_any_more_ends_that_day_and_its_link_is_kept(family: Family) -> None:
    family.parents()
    family.child(entry(3), entry(4))
    family.night()
    family.changed(entry(3))
    report = family.night(later(1))
    assert report["links"] == {"linked": 0, "ended": 1, "standing": 1}
    assert ("registry", "father", "Prøve Far", None, later(1).isoformat()) in family.links(later(1))
    assert family.kinds(later(31)) == ["mother"]
    assert len(family.links(later(31))) == 1, "an ended link is shown for 30 days"


def test_custody_whose_end_is_learnt_late_ended_on_its_delete_date(family: Family) -> None:
    family.parents()
    family.child(entry(3), entry(4))
    family.night()
    family.changed(entry(3), entry(4, delete=later(3).isoformat()))
    family.night(later(5))
    assert ("registry", "father", "Prøve Far", None, later(3).isoformat()) in family.links(later(5))


def test_custody_that_comes_back_goes_on_as_the_same_link(family: Family) -> None:
    family.parents()
    family.child(entry(3), entry(4))
    family.night()
    family.changed(entry(3))
    family.night(later(1))
    family.changed(entry(3), entry(4))
    assert family.night(later(2))["links"]["linked"] == 1
    assert family.kinds(later(2)) == ["father", "mother"]
    assert family.library.rows("SELECT count(*) FROM library.guardian_link") == [(2,)]


def test_a_guardian_of_several_children_is_looked_up_once(family: Family) -> None:
    family.parents()
    family.child(entry(3), entry(4))
    family.child(entry(3), entry(4), number=SIBLING, patron="2")
    report = family.night()
    assert (report["look_ups"], report["guardians"]["due"], report["links"]["linked"]) == (2, 2, 4)
    assert family.library.asked_about(MOTHER) == 1


def test_a_child_is_looked_up_by_the_refresh_alone(family: Family) -> None:
    family.parents()
    family.child(entry(3))
    family.library.refresh()
    asked = family.library.asked_about(CHILD)
    family.library.guardians()
    assert family.library.asked_about(CHILD) == asked == 1


def test_a_guardian_who_is_a_patron_has_the_patrons_name_and_is_looked_up_as_a_patron_alone(family: Family) -> None:
    family.adult(MOTHER, name="Prøve Mor")
    family.library.enrol("2", MOTHER)
    family.child(entry(3))
    assert family.night()["look_ups"] == 0
    shown = family.library.patron("1")["guardians"]
    assert [(g["name"], g["patron_number"]) for g in shown] == [("Prøve Mor", "2")]
    family.adult(MOTHER, name="Ny Mor")
    family.night(later(1))
    assert family.links(later(1))[0][2] == "Ny Mor"


def test_a_guardian_who_becomes_a_patron_and_ceases_to_be_one_keeps_the_link(family: Family) -> None:
    family.adult(MOTHER, name="Prøve Mor")
    family.child(entry(3))
    family.night()
    family.library.enrol("2", MOTHER)
    assert family.night(later(1))["look_ups"] == 0
    assert family.library.patron("1", later(1))["guardians"][0]["patron_number"] == "2"
    assert family.library.rows("SELECT name FROM library.guardian") == [(None,)], "the patron's row holds it"
    family.library.rows("UPDATE library.patron SET gone_on = %s WHERE patron_number = '2' RETURNING 1", later(2))
    assert family.night(later(2))["look_ups"] == 1
    shown = family.library.patron("1", later(2))["guardians"]
    assert [(g["name"], g["patron_number"]) for g in shown] == [("Prøve Mor", None)]
    family.library.rows("UPDATE library.patron SET gone_on = NULL WHERE patron_number = '2' RETURNING 1")
    assert family.night(later(3))["look_ups"] == 0
    assert family.library.patron("1", later(3))["guardians"][0]["patron_number"] == "2"
    assert family.library.rows("SELECT count(*) FROM library.guardian_link") == [(1,)]
    assert [kind for _, kind in family.library.events("1")].count("guardian.linked") == 1


def test_a_guardians_changed_number_is_followed_one_look_up_a_step_and_once(family: Family) -> None:
    family.adult(MOTHER, name="Prøve Mor")
    family.child(entry(3))
    family.night()
    family.library.person(MOTHER, 60, successor=NEW_NUMBER)
    family.library.person(NEW_NUMBER, 60, successor=NEWER_NUMBER)
    family.adult(NEWER_NUMBER, name="Prøve Mor")
    assert family.night(later(1))["look_ups"] == 3
    assert family.night(later(2))["look_ups"] == 1
    assert family.library.asked_about(MOTHER) == 2
    assert family.library.rows("SELECT count(*), bool_and(NOT ended) FROM library.guardian_link") == [(1, True)]
    assert [kind for _, kind in family.library.events("1")].count("guardian.linked") == 1


def test_a_guardians_new_number_that_another_guardian_has_makes_one_of_the_two_and_keeps_the_case(
    family: Family,
) -> None:
    family.adult(AUNT, 90, name="Prøve Tante")
    family.adult(NEW_NUMBER, 90, name="Prøve Tante")
    family.child(entry(5, holder=AUNT))
    family.child(entry(5, holder=NEW_NUMBER), number=SIBLING, patron="2")
    family.night()
    assert family.cases() == family.cases("2") == ["guardian deceased"]
    family.library.person(AUNT, 60, successor=NEW_NUMBER)
    events = len(family.library.events())
    rows = family.library.rows("UPDATE sync.guardian_check SET next_due = %s RETURNING 1", later(1))
    assert len(rows) == 2
    report = family.night(later(1))
    assert (report["look_ups"], report["outcomes"]) == (2, {"same person": 1, "unchanged": 1})
    assert family.library.rows("SELECT count(*) FROM library.guardian") == [(1,)]
    assert family.library.rows(
        "SELECT count(*), count(*) FILTER (WHERE closed_on IS NULL) FROM library.staff_case"
    ) == [(2, 2)]
    assert len(family.library.events()) == events


def test_a_parents_number_that_is_a_patrons_former_one_leads_to_that_patron_without_a_look_up(family: Family) -> None:
    family.library.enrol("2", MOTHER)
    family.library.person(MOTHER, 60, successor=NEW_NUMBER)
    family.adult(NEW_NUMBER, name="Prøve Mor")
    family.child(entry(3))
    assert family.night()["look_ups"] == 0
    assert family.library.patron("1")["guardians"][0]["patron_number"] == "2"


def test_a_guardians_new_number_that_is_a_patrons_leads_to_that_patron_without_a_look_up(family: Family) -> None:
    family.library.enrol("2", NEW_NUMBER)
    family.library.person(MOTHER, 60, successor=NEW_NUMBER)
    family.adult(NEW_NUMBER, name="Prøve Mor")
    family.child(entry(3))
    assert family.night()["look_ups"] == 1
    shown = family.library.patron("1")["guardians"]
    assert [(g["name"], g["patron_number"]) for g in shown] == [("Prøve Mor", "2")]
    assert family.library.asked_about(NEW_NUMBER) == 1, "as a patron, by the refresh"


def test_a_child_who_changes_number_keeps_its_links(family: Family) -> None:
    family.parents()
    family.child(entry(3))
    family.night()
    family.library.person(CHILD, 60, successor=SIBLING)
    family.changed(entry(3), number=SIBLING)
    assert family.night(later(1))["links"] == {"linked": 0, "ended": 0, "standing": 1}


def test_a_child_who_dies_has_no_guardian_from_that_day_and_no_case(family: Family) -> None:
    family.parents()
    family.child(entry(3), entry(4), father="0000000000")
    family.night()
    assert family.cases() == ["unknown holder"]
    family.changed(entry(3), status=90, status_date=later(2).isoformat())
    report = family.night(later(4))
    assert report["links"] == {"linked": 0, "ended": 2, "standing": 0}
    assert {to for *_, to in family.links(later(4))} == {later(2).isoformat()}
    assert family.cases() == []
    assert family.library.rows("SELECT count(*) FROM library.custody") == [(0,)]


def test_a_child_who_moves_keeps_its_links(family: Family) -> None:
    family.parents()
    family.child(entry(3))
    family.night()
    family.changed(entry(3), status=80, emigration={"country_code": 5130, "lines": ["12 rue Inventée"]})
    assert family.night(later(1))["links"] == {"linked": 0, "ended": 0, "standing": 1}


@pytest.mark.parametrize(
    ("status", "facts", "case"),
    [
        (90, {"status_date": "2026-02-01"}, "guardian deceased"),
        (70, {}, "guardian disappeared"),
        (1, {"birth_date": "2009-05-01"}, "guardian is a minor"),
        (80, {"emigration": {"country_code": 5130, "lines": ["12 rue Inventée"]}}, None),
        (None, {}, "guardian not found"),
    ],
)
@pytest.mark.parametrize("patron", [False, True], ids=["no patron", "a patron"])
def test_what_is_wrong_with_a_guardian_is_a_case_and_the_link_stays(
    family: Family, status: int | None, facts: dict[str, str], case: str | None, patron: bool
) -> None:
    if status is not None:
        family.adult(MOTHER, status, name="Prøve Mor", **facts)
    if patron:
        family.library.enrol("2", MOTHER)
    family.child(entry(3))
    family.night()
    assert family.kinds() == ["mother"]
    assert family.cases() == ([case] if case else [])
    assert family.links()[0][2] == (None if status is None else "Prøve Mor")
    family.adult(MOTHER, name="Prøve Mor")
    family.library.rows("UPDATE sync.patron_check SET next_due = %s RETURNING 1", later(1))
    family.library.rows("UPDATE sync.guardian_check SET next_due = %s RETURNING 1", later(1))
    family.night(later(1))
    assert family.cases() == []


def test_guardians_are_asked_about_when_they_are_due_and_once_a_day(family: Family) -> None:
    family.parents()
    family.child(entry(3), entry(4))
    family.night(refresh_interval_days=3)
    asked = [family.library.guardians(later(days), refresh_interval_days=3)["look_ups"] for days in (0, 1, 2, 3, 3)]
    assert asked == [0, 0, 0, 2, 0]


def test_every_look_up_of_a_guardian_is_in_the_access_log_with_its_purpose(family: Family) -> None:
    family.adult(MOTHER)
    family.child(entry(3), entry(4))
    report = family.night()
    rows = family.library.rows(
        "SELECT guardian.cpr_number, purpose, outcome, run_id FROM sync.registry_access JOIN library.guardian "
        "USING (guardian_id) ORDER BY 1"
    )
    assert [row[:2] + row[3:] for row in rows] == [
        (number, "guardian links", report["run"]) for number in (MOTHER, FATHER)
    ]
    assert [row[2] for row in rows] == ["answered", PersonNotFound.code]
    assert report["look_ups"] == len(rows) == 2


def test_a_guardian_is_deleted_30_days_after_the_last_link_ended(family: Family) -> None:
    family.parents()
    family.child(entry(3), entry(4, delete=later(1).isoformat()))
    family.night()
    family.changed(entry(3))
    for days, there in ((1, 2), (30, 2), (31, 1)):
        report = family.library.guardians(later(days), look_ups=False)
        assert family.library.rows("SELECT count(*) FROM library.guardian") == [(there,)], days
    assert report["guardians"]["deleted"] == 1
    assert family.library.rows("SELECT count(*) FROM library.guardian_link") == [(1,)]


@pytest.mark.parametrize(("kept", "there"), [(60, 2), (10, 1)])
def test_the_setting_says_when_a_guardian_is_deleted(family: Family, kept: int, there: int) -> None:
    family.parents()
    family.child(entry(3), entry(4, delete=later(1).isoformat()))
    family.night()
    family.library.guardians(later(20), look_ups=False, retention_guardians_days=kept)
    assert family.library.rows("SELECT count(*) FROM library.guardian") == [(there,)]


def test_a_guardian_who_is_a_patron_stays_when_the_link_has_ended(family: Family) -> None:
    family.adult(MOTHER)
    family.library.enrol("2", MOTHER)
    family.child(entry(3, delete=later(1).isoformat()))
    family.night()
    assert family.library.guardians(later(40), look_ups=False)["guardians"]["deleted"] == 0
    assert family.library.patron("2", later(40))["name"] == "Prøve Voksen"


def test_who_has_signed_is_confirmed_while_they_hold_custody_and_else_a_case_that_closes_itself(family: Family) -> None:
    family.parents()
    family.child(entry(3))
    family.sign(FATHER)
    family.night()
    signed = next(g for g in family.library.patron("1")["guardians"] if g["source"] == "enrolled")
    assert (signed["confirmed"], signed["kind"], family.cases()) == (False, None, ["guardian not confirmed"])
    family.changed(entry(3), entry(4))
    family.night(later(1))
    signed = next(g for g in family.library.patron("1", later(1))["guardians"] if g["source"] == "enrolled")
    assert (signed["confirmed"], signed["kind"], signed["to"], family.cases()) == (True, "father", None, [])
    family.changed()
    family.night(later(2))
    assert family.kinds(later(2)) == ["signed"], "what the registry says never ends an undertaking"


def test_who_has_signed_for_a_child_of_whom_the_registry_has_not_spoken_is_not_compared(family: Family) -> None:
    family.library.enrol("1", None, birth_date=date(2016, 1, 1))
    family.adult(MOTHER, name="Prøve Mor")
    family.sign(MOTHER)
    report = family.library.guardians()
    signed = family.library.patron("1")["guardians"]
    assert [(g["confirmed"], g["name"]) for g in signed] == [(None, "Prøve Mor")]
    assert (report["look_ups"], family.cases()) == (1, [])


def test_nothing_of_custody_is_kept_where_guardians_are_not_mapped(family: Family) -> None:
    family.parents()
    family.child(entry(3))
    family.night()
    family.library.refresh(later(1), guardians=False)
    assert family.library.rows("SELECT count(*) FROM library.custody") == [(0,)]
    assert family.library.rows("SELECT count(*) FROM sync.patron_check WHERE custody_on IS NOT NULL") == [(0,)]


def test_of_an_unchanged_answer_nothing_is_rewritten(family: Family) -> None:
    family.parents()
    family.child(entry(3), entry(4, start="2020-01-01"))
    family.sign(MOTHER)
    family.night()
    volatile = ("sync.registry_access", "sync.run", "sync.batch", "sync.patron_check", "sync.guardian_check")
    before = family.library.contents(*volatile)
    report = family.night(later(1))
    assert family.library.contents(*volatile) == before
    assert (report["patrons"]["unchanged"], report["changes"], report["look_ups"]) == (1, {}, 2)


def test_former_holders_are_not_kept(family: Family) -> None:
    family.parents()
    family.child(entry(3), entry(4, delete="2024-01-01"))
    family.night()
    assert family.library.rows("SELECT kind FROM library.custody") == [("mother",)]
    assert family.library.rows("SELECT count(*) FROM library.guardian") == [(1,)]


def test_an_undertaking_that_stands_outlives_an_ended_one_of_the_same_person_and_day(family: Family) -> None:
    """Two forms of one day, by two numbers of one person: the earlier one's link had ended by the later one."""
    family.adult(MOTHER, name="Prøve Mor")
    family.child(entry(3))
    family.sign(MOTHER)
    family.sign(AUNT)
    family.library.rows(
        "UPDATE library.guardian_link AS link SET valid_to = signed_on, ended = true FROM library.guardian "
        "WHERE guardian.guardian_id = link.guardian_id AND cpr_number = %s AND source = 'enrolled' RETURNING 1",
        MOTHER,
    )
    family.library.person(AUNT, 60, successor=MOTHER)
    family.night()
    signed = [g for g in family.library.patron("1")["guardians"] if g["source"] == "enrolled"]
    assert [(g["to"], g["confirmed"]) for g in signed] == [(None, True)]
    assert family.library.rows("SELECT count(*) FROM library.guardian") == [(1,)]


def test_a_guardian_who_was_asked_about_as_a_patron_today_is_not_asked_about_again_when_gone(family: Family) -> None:
    family.adult(MOTHER, name="Prøve Mor")
    family.library.enrol("2", MOTHER)
    family.child(entry(3))
    family.library.refresh()
    family.library.guardians()
    family.library.rows("UPDATE library.patron SET gone_on = %s WHERE patron_number = '2' RETURNING 1", DAY)
    assert family.library.guardians()["look_ups"] == 0
    assert family.links()[0][2] == "Prøve Mor"
    assert family.library.guardians(later(1))["look_ups"] == 1
