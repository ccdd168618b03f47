"""How a run of guardians behaves: dry, held by the brake, refused, repeated (docs/reference/runs.md)."""

from __future__ import annotations

from typing import Any

import pytest

from db.runs import store
from flows.errors import UsageError
from flows.steps.operators_word import Aborted, WaitsForWord
from tests.acceptance.families import AUNT, FATHER, MOTHER, Family, entry, later
from tests.fixtures.library import DAY, Library

RUNS = ("sync.registry_access", "sync.run", "sync.batch")


@pytest.fixture
def family(library: Library) -> Family:
    """A family of the test's own."""
    family = Family(library)
    family.parents()
    return family


def as_counted(report: dict[str, Any]) -> dict[str, Any]:
    """What a dry and a live run must agree on."""
    return {
        name: report[name] for name in ("patrons", "guardians", "links", "cases", "look_ups", "changes", "outcomes")
    }


def test_a_dry_run_says_what_a_live_run_does_and_changes_nothing(family: Family) -> None:
    family.child(entry(3), entry(4))
    family.child(entry(5, holder=AUNT), number="0202175555", patron="2", birth_date="2008-03-03")
    family.sign(FATHER, patron="2")
    family.library.refresh()
    for day in (DAY, later(1)):
        before = family.library.contents(*RUNS)
        dry = family.library.guardians(day, dry_run=True)
        assert family.library.contents(*RUNS) == before
        live = family.library.guardians(day)
        assert as_counted(dry) == as_counted(live)
        assert (dry["state"], live["state"]) == ("done", "done")
    assert family.library.rows("SELECT DISTINCT purpose FROM sync.registry_access WHERE guardian_id IS NOT NULL") in (
        [("dry run",), ("guardian links",)],
        [("guardian links",), ("dry run",)],
    )


def test_a_second_run_on_the_same_day_asks_about_nobody_and_changes_nothing(family: Family) -> None:
    family.child(entry(3), entry(4))
    family.night()
    before = family.library.contents(*RUNS)
    report = family.library.guardians()
    assert (report["look_ups"], report["changes"], report["links"]["standing"]) == (0, {}, 2)
    assert family.library.contents(*RUNS) == before


def test_a_run_without_look_ups_leaves_guardians_due_and_is_done(family: Family) -> None:
    family.child(entry(3), entry(4))
    family.library.refresh()
    asked = family.library.asked()
    report = family.library.guardians(look_ups=False)
    assert (report["state"], report["guardians"]["left"], report["links"]["linked"]) == ("done", 2, 2)
    assert family.library.asked() == asked
    assert [name for _, _, name, *_ in family.links()] == [None, None]
    assert family.library.guardians()["look_ups"] == 2


def test_a_registry_that_is_down_leaves_guardians_due_and_links_are_made_all_the_same(family: Family) -> None:
    family.child(entry(3), entry(4))
    family.library.refresh()
    family.library.registry.fail("unavailable")
    report = family.library.guardians(registry_deadline=0.5)
    assert (report["state"], report["links"]["linked"]) == ("incomplete", 2)
    assert report["guardians"]["failed"] + report["guardians"]["left"] == 2
    family.library.registry.behave()
    assert family.library.guardians()["outcomes"] == {"first answer": 2}


def test_the_flow_is_refused_where_guardians_are_not_mapped(family: Family) -> None:
    with pytest.raises(UsageError, match="not mapped"):
        family.library.guardians(guardians=False)


def held_family(family: Family) -> dict[str, Any]:
    """Two links of one child that would end, and no more may; in a run that is held."""
    family.child(entry(3), entry(4))
    family.night()
    family.changed(entry(3, delete=later(1).isoformat()), entry(4, delete=later(1).isoformat()))
    family.library.refresh(later(1))
    return family.library.guardians(later(1), **BRAKE)


BRAKE = {"brake_guardian_links_ended_more_than": 1}


def test_too_many_links_that_end_wait_for_a_word_and_nothing_of_the_batch_is_applied(family: Family) -> None:
    report = held_family(family)
    assert (report["state"], family.library.rows("SELECT count(*) FROM library.guardian_link WHERE ended")) == (
        "waiting",
        [(0,)],
    )
    question = store.questions(family.library.connection, open_only=True)[0]
    assert (question.rule, question.counts["count"], question.counts["answers"]) == (
        "guardian_links_ended_percent",
        2,
        2,
    )
    with pytest.raises(WaitsForWord, match="Run"):
        family.library.guardians(later(1), **BRAKE)


@pytest.mark.parametrize(("word", "state", "ended"), [("apply", "done", 2), ("skip", "done", 0)])
def test_the_run_goes_on_as_the_operator_says(family: Family, word: store.Word, state: str, ended: int) -> None:
    run = held_family(family)["run"]
    store.answer(family.library.connection, run, word, "a test")
    report = family.library.guardians(later(1), **BRAKE)
    assert (report["run"], report["state"], report["links"]["ended"]) == (run, state, ended)
    assert family.library.rows("SELECT count(*) FROM library.guardian_link WHERE ended") == [(ended,)]


def test_the_brake_counts_all_links_before_the_first_one_ends(family: Family) -> None:
    family.parents()
    for place in range(4):
        family.child(entry(3), entry(4), number=f"010116555{place}", patron=str(place + 1))
    family.night()
    for place in range(4):
        family.changed(number=f"010116555{place}")
    family.library.refresh(later(1))
    how = {"batch_size": 1, "brake_guardian_links_ended_more_than": 3}
    held = [family.library.guardians(later(1), look_ups=look_ups, **how) for look_ups in (True, False)]
    assert [(report["state"], report["links"]["ended"]) for report in held] == [("waiting", 0)] * 2
    for report in held:
        store.answer(family.library.connection, report["run"], "skip", "a test")
    for _ in held:
        family.library.guardians(later(1), **how)
    assert family.library.rows("SELECT count(*) FROM library.guardian_link WHERE ended") == [(0,)]


def test_a_run_that_was_asked_for_something_else_than_the_one_that_waits_is_one_of_its_own(family: Family) -> None:
    held = held_family(family)["run"]
    report = family.library.guardians(later(1), look_ups=False)
    assert (report["run"] != held, report["state"], report["links"]["ended"]) == (True, "done", 2)
    assert [question.run_id for question in store.questions(family.library.connection, open_only=True)] == [held]


def test_an_aborted_run_leaves_everything_for_a_new_one(family: Family) -> None:
    run = held_family(family)["run"]
    store.answer(family.library.connection, run, "abort", "a test")
    with pytest.raises(Aborted):
        family.library.guardians(later(1), **BRAKE)
    assert family.library.guardians(later(1))["links"]["ended"] == 2


def test_a_dry_run_that_the_brake_would_hold_says_so_and_asks_nobody(family: Family) -> None:
    family.child(entry(3), entry(4))
    family.night()
    report = family.library.guardians(later(1), dry_run=True, **BRAKE)
    assert report["state"] == "done"
    family.changed()
    family.library.refresh(later(1))
    report = family.library.guardians(later(1), dry_run=True, **BRAKE)
    assert report["state"] == "incomplete"
    assert store.questions(family.library.connection) == []
    assert family.library.rows("SELECT count(*) FROM sync.guardian_claim") == [(0,)]


def test_no_number_stands_in_what_a_run_tells(family: Family) -> None:
    family.child(entry(3), entry(4), father="0000000000")
    family.night()
    told = " ".join(family.library.said) + str(family.library.rows("SELECT counts, message, parameters FROM sync.run"))
    cases = str(family.library.rows("SELECT detail, kind FROM library.staff_case"))
    for number in (MOTHER, FATHER, AUNT):
        assert number not in told + cases and number[:6] not in told + cases
