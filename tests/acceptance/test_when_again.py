"""When a patron is asked about again, and whom each scope takes (docs/reference/rules.md, "When again")."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from db.patrons.store import list_quarantine
from tests.acceptance.made_up import HOME, NAME, TOMORROW, YESTERDAY
from tests.fixtures.library import BOTH_VERSIONS, DAY, Library, People, Somebody

LIVING, DEAD, LOST, NUMBERLESS = "0101809995", "0201809994", "0301809993", None
"""Numbers of the library below: somebody living, somebody dead, somebody whom the registry does not know."""

START = date(2024, 1, 8)
"""The first day of tests that go on for long: no run may lie ahead of the clock."""


def _days(patron: Somebody, day: date) -> int | None:
    due = patron.next_due()
    return due and (due - day).days


def _tries(patron: Somebody, count: int) -> list[int | None]:
    """Asks so many times from `START` on, each when the patron is due; days until the next time, each time."""
    day, waits = START, []
    for _ in range(count):
        patron.refresh(day)
        wait = _days(patron, day)
        waits.append(wait)
        if wait is None:
            break
        day += timedelta(days=wait)
    return waits


def _library(library: Library) -> Library:
    """Three patrons who were asked about on `DAY`, and two who never are."""
    library.enrol("living", LIVING)
    library.enrol("dead", DEAD)
    library.enrol("lost", LOST)
    library.enrol("numberless", NUMBERLESS)
    library.enrol("replacement", "6101809995")
    library.person(LIVING, name=NAME, residence=HOME)
    library.person(DEAD, 90, name=NAME, status_date=YESTERDAY.isoformat())
    assert library.refresh()["outcomes"] == {"first answer": 2, "not found": 1}
    library.registry.forget_asked()
    return library


def _asked_about(library: Library) -> set[str]:
    names = {LIVING: "living", DEAD: "dead", LOST: "lost"}
    return {names[number.digits] for number in library.registry.asked}


@pytest.mark.parametrize("interval", [1, 7, 30])
@pytest.mark.parametrize("status", [1, 80])
@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_a_patron_is_due_the_interval_after_the_last_look_up(people: People, interval: int, status: int) -> None:
    patron = people.enrol()
    patron.registered(status, name=NAME, residence=HOME if status == 1 else None)
    patron.refresh(refresh_interval_days=interval)
    assert _days(patron, DAY) == interval
    patron.refresh(DAY + timedelta(days=40), refresh_interval_days=interval)
    assert _days(patron, DAY + timedelta(days=40)) == interval


def test_due_takes_those_whose_day_has_come(library: Library) -> None:
    library.enrol("L1", LIVING)
    library.person(LIVING, name=NAME, residence=HOME)
    assert library.refresh(refresh_interval_days=3)["patrons"]["due"] == 1
    for days, due in ((1, 0), (2, 0), (3, 1), (4, 0), (6, 1)):
        report = library.refresh(DAY + timedelta(days=days), refresh_interval_days=3)
        assert (days, report["patrons"]["due"], report["look_ups"]) == (days, due, due)


def test_a_patron_whose_day_was_missed_is_due_still(library: Library) -> None:
    library.enrol("L1", LIVING)
    library.person(LIVING, name=NAME, residence=HOME)
    library.refresh()
    assert library.refresh(DAY + timedelta(days=20))["look_ups"] == 1


def test_who_was_never_asked_about_is_due(library: Library) -> None:
    library.enrol("L1", LIVING)
    library.person(LIVING, name=NAME, residence=HOME)
    assert library.refresh(date(2020, 1, 1))["look_ups"] == 1


@pytest.mark.parametrize("reason", ["not found", "malformed", "mismatched", "number annulled", "successor circle"])
def test_the_quarantined_are_asked_about_after_1_2_4_up_to_32_days_then_every_32(people: People, reason: str) -> None:
    patron = people.enrol()
    if reason == "malformed":
        patron.registered(1, name=NAME)
    elif reason == "mismatched":
        patron.registered(1, name=NAME, residence=HOME, raw={"persondata/personnummer": people.number()})
    elif reason == "number annulled":
        patron.registered(30)
    elif reason == "successor circle":
        patron.registered(60, successor=patron.cpr_number)
    assert _tries(patron, 8) == [1, 2, 4, 8, 16, 32, 32, 32]
    quarantine = patron.shown()["quarantine"]
    assert (quarantine["reason"], quarantine["since"]) == (reason, START.isoformat())


def test_next_try_is_the_day_on_which_the_patron_is_due(people: People) -> None:
    patron = people.enrol()
    patron.refresh()
    patron.refresh(TOMORROW)
    assert patron.shown()["quarantine"]["next_try"] == (TOMORROW + timedelta(days=2)).isoformat()


def test_a_good_answer_ends_the_quarantine_and_the_next_one_begins_anew(people: People) -> None:
    patron = people.enrol()
    assert _tries(patron, 3) == [1, 2, 4]
    patron.registered(1, name=NAME, residence=HOME)
    day = START + timedelta(days=7)
    patron.refresh(day)
    assert (patron.quarantine(), _days(patron, day)) == (None, 1)
    assert people.library.rows(
        "SELECT reason, since, closed_on FROM sync.quarantine WHERE patron_number = %s", patron.patron_number
    ) == [("not found", START, day)]
    patron.registered(1, name=NAME)
    patron.refresh(day + timedelta(days=1))
    assert _days(patron, day + timedelta(days=1)) == 1
    assert patron.shown()["quarantine"]["since"] == (day + timedelta(days=1)).isoformat()


def test_a_duplicate_patron_is_asked_about_every_32_days(people: People) -> None:
    holder = people.known(1, name=NAME, residence=HOME)
    patron = people.enrol()
    patron.registered(60, successor=holder.cpr_number)
    assert _tries(patron, 3) == [32, 32, 32]


@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_the_dead_are_asked_about_every_90_days_until_a_year_after_the_death(people: People) -> None:
    patron = people.enrol()
    patron.registered(90, name=NAME, status_date=START.isoformat())
    assert _tries(patron, 9) == [90, 90, 90, 90, None]


def test_a_ninetieth_day_on_the_anniversary_is_one_and_past_it_is_none(people: People) -> None:
    for died, due in ((DAY + timedelta(days=90 - 365), 90), (DAY + timedelta(days=89 - 365), None)):
        patron = people.enrol()
        patron.registered(90, name=NAME, status_date=died.isoformat())
        patron.refresh()
        assert _days(patron, DAY) == due


def test_a_death_learnt_more_than_a_year_late_is_never_asked_about_again(people: People) -> None:
    patron = people.enrol()
    patron.registered(90, name=NAME, status_date="2019-05-05")
    patron.refresh()
    assert patron.next_due() is None


def test_a_death_without_a_date_counts_from_the_day_on_which_it_was_learnt(people: People) -> None:
    patron = people.enrol()
    patron.registered(90, name=NAME)
    assert _tries(patron, 9) == [90, 90, 90, 90, None]


def test_a_death_annulled_shows_then_and_the_patron_is_due_as_the_living_are(people: People) -> None:
    patron = people.enrol()
    patron.registered(90, name=NAME, status_date=START.isoformat())
    patron.refresh(START)
    patron.registered(1, name=NAME, residence=HOME)
    day = START + timedelta(days=90)
    patron.refresh(day)
    assert (_days(patron, day), patron.blocks()) == (1, [])


def test_a_day_is_counted_by_today_and_checked_at_is_the_clock(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    [(moment, on, now)] = people.library.rows(
        "SELECT checked_at, checked_on, now() FROM sync.patron_check WHERE patron_number = %s", patron.patron_number
    )
    assert (on, abs(moment - now) < timedelta(minutes=5)) == (YESTERDAY, True)


def test_on_the_same_day_neither_due_nor_all_nor_quarantined_asks_again(library: Library) -> None:
    _library(library)
    for scope in ("due", "all", "quarantined"):
        report = library.refresh(scope=scope)
        assert (scope, report["patrons"]["due"], report["look_ups"]) == (scope, 0, 0)
    assert library.asked() == 0


def test_all_takes_everyone_but_the_dead(library: Library) -> None:
    _library(library)
    report = library.refresh(TOMORROW, "all")
    assert (_asked_about(library), report["patrons"]["due"]) == ({"living", "lost"}, 2)


def test_all_takes_those_too_whose_day_has_not_come(library: Library) -> None:
    _library(library)
    library.refresh(TOMORROW, "all", refresh_interval_days=30)
    library.registry.forget_asked()
    day = DAY + timedelta(days=2)
    assert library.refresh(day, "due")["look_ups"] == 0
    assert library.refresh(day, "all")["look_ups"] == 2
    assert _asked_about(library) == {"living", "lost"}


def test_quarantined_takes_those_in_quarantine_whether_their_day_has_come_or_not(library: Library) -> None:
    _library(library)
    library.refresh(TOMORROW, "quarantined")
    library.registry.forget_asked()
    report = library.refresh(DAY + timedelta(days=2), "quarantined")  # whose day is the third
    assert (_asked_about(library), report["patrons"]["due"]) == ({"lost"}, 1)


def test_patrons_takes_the_named_ones_even_if_dead_or_asked_about_today(library: Library) -> None:
    _library(library)
    report = library.refresh(DAY, "patrons", "living", "dead")
    assert (_asked_about(library), report["patrons"]["due"], report["look_ups"]) == ({"living", "dead"}, 2, 2)


def test_patrons_takes_no_other_and_nobody_twice(library: Library) -> None:
    _library(library)
    report = library.refresh(TOMORROW, "patrons", "lost", "numberless", "lost", "replacement")
    assert (_asked_about(library), report["patrons"]["due"], report["look_ups"]) == ({"lost"}, 1, 1)


def test_patrons_asks_about_each_once_though_they_are_many_batches(library: Library) -> None:
    names = [f"L{place:02}" for place in range(60)]
    for place, name in enumerate(names):
        library.enrol(name, f"01018000{place:02}")
        library.person(f"01018000{place:02}", name=NAME, residence=HOME)
    library.refresh()
    report = library.refresh(DAY, "patrons", *names, batch_size=4, registry_concurrency=1)
    assert (report["patrons"]["due"], report["patrons"]["checked"], report["look_ups"]) == (60, 60, 60)


def test_due_takes_the_dead_on_their_day(library: Library) -> None:
    _library(library)
    library.refresh(DAY + timedelta(days=89))
    assert "dead" not in _asked_about(library)
    library.refresh(DAY + timedelta(days=90))
    assert "dead" in _asked_about(library)


def test_who_is_gone_from_the_library_is_never_looked_up(library: Library) -> None:
    _library(library)
    library.connection.execute("UPDATE library.patron SET gone_on = %s", (DAY,))
    for scope in ("due", "all", "quarantined"):
        assert library.refresh(TOMORROW, scope)["patrons"]["due"] == 0
    assert library.refresh(TOMORROW, "patrons", "living", "dead", "lost")["look_ups"] == 0


def test_a_dry_run_does_not_count_as_the_day_s_look_up(library: Library) -> None:
    library.enrol("L1", LIVING)
    library.person(LIVING, name=NAME, residence=HOME)
    assert library.refresh(dry_run=True)["look_ups"] == 1
    assert library.refresh(dry_run=True)["look_ups"] == 1
    assert library.patron("L1")["checked_at"] is None
    report = library.refresh()
    assert (report["look_ups"], report["outcomes"]) == (1, {"first answer": 1})


def test_a_patron_who_could_not_be_asked_stays_due(library: Library) -> None:
    library.enrol("L1", LIVING)
    library.person(LIVING, name=NAME, residence=HOME)
    library.registry.fail("fault", times=1, code="NotAuthorized", text="no agreement")
    report = library.refresh()
    assert (report["state"], report["patrons"]["failed"], report["patrons"]["checked"]) == ("incomplete", 1, 0)
    assert library.refresh()["outcomes"] == {"first answer": 1}


def test_patrons_on_whom_the_registry_always_fails_bar_the_way_for_one_night_at_most(library: Library) -> None:
    numbers = [f"01018000{place:02}" for place in range(40)]
    for place, number in enumerate(numbers):
        library.enrol(f"L{place:02}", number)
        library.person(number, name=NAME, residence=HOME)
    library.registry.fail("fault", numbers=numbers[:22], code="NotAuthorized", text="not for you")
    first = library.refresh(DAY, registry_concurrency=1)
    assert (first["patrons"]["checked"], first["patrons"]["failed"]) == (0, 20), "so many in a row: it asks no more"
    second = library.refresh(TOMORROW, registry_concurrency=1)
    assert (second["patrons"]["checked"], second["patrons"]["due"]) == (18, 40)


def test_one_in_quarantine_who_is_due_at_once_can_be_shown_and_listed(library: Library) -> None:
    library.enrol("L1", LIVING)
    library.refresh()
    library.connection.execute("UPDATE sync.patron_check SET next_due = '-infinity'")  # as an import of a number does
    assert library.patron("L1")["quarantine"]["next_try"] is None
    [listed] = list_quarantine(library.connection, 10)
    assert (listed.reason, listed.next_due) == ("not found", None)


def test_patrons_are_asked_about_in_the_order_of_their_days(library: Library) -> None:
    numbers = [f"01018000{place:02}" for place in range(4)]
    for place, number in enumerate(numbers):
        library.enrol(f"L{place}", number)
        library.person(number, name=NAME, residence=HOME)
        library.refresh(DAY - timedelta(days=place), "patrons", f"L{place}")
    report = library.refresh(TOMORROW, limit=2)
    assert report["patrons"]["checked"] == 2
    assert library.rows("SELECT patron_number FROM sync.patron_check WHERE checked_on = %s ORDER BY 1", TOMORROW) == [
        ("L2",),
        ("L3",),
    ]
