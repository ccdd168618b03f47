"""Implausible answers, the brake that they pull, and the operator's word (docs/reference/rules.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict

from cpr_client import CprNumber
from db.embedded import EmbeddedServer
from db.runs import store
from flows.steps.operators_word import Aborted, WaitsForWord
from tests.acceptance.made_up import HOME, NAME, OTHER_NAME, TOMORROW, YESTERDAY
from tests.fixtures.library import DAY, Library, one_more_database, open_library

SIZE = 200


def _number(place: int) -> str:
    return f"010160{place:04}"


def _patron(place: int) -> str:
    return f"L{place:04}"


def _resident(library: Library, place: int) -> None:
    library.person(_number(place), 1, name=NAME, residence=HOME)


def _fill(library: Library, places: range) -> None:
    """So many patrons, all of them residents."""
    for place in places:
        library.enrol(_patron(place), _number(place))
        _resident(library, place)


# What may become of somebody: a function that puts it into the registry.
Fate = Callable[[Library, int], None]


def _dies(library: Library, place: int) -> None:
    library.person(_number(place), 90, name=NAME, status_date=YESTERDAY.isoformat())


def _is_forgotten(library: Library, place: int) -> None:
    library.registry.forget(CprNumber(_number(place)))


def _is_malformed(library: Library, place: int) -> None:
    library.person(_number(place), 1, name=NAME)


def _is_mismatched(library: Library, place: int) -> None:
    library.person(_number(place), 1, residence=HOME, raw={"persondata/personnummer": "0202609999"})


def _is_malformed_or_mismatched(library: Library, place: int) -> None:
    (_is_malformed if place % 2 else _is_mismatched)(library, place)


def _is_protected(library: Library, place: int) -> None:
    library.person(_number(place), 1, name=NAME, residence=HOME, protection={"flag": True})


def _has_a_new_number(library: Library, place: int) -> None:
    library.person(_number(place), 60, successor=f"020260{place:04}")
    library.person(f"020260{place:04}", 1, name=NAME, residence=HOME)


def _has_a_new_name(library: Library, place: int) -> None:
    library.person(_number(place), 1, name=OTHER_NAME, residence=HOME)


def _leaves_the_municipality(library: Library, place: int) -> None:
    library.person(_number(place), 1, name=NAME, residence={**HOME, "municipality_code": 101})


def _moves(library: Library, place: int) -> None:
    library.person(_number(place), 1, name=NAME, residence={**HOME, "door": "th"})


def _happens(library: Library, fate: Fate, places: range) -> None:
    for place in places:
        fate(library, place)


# Each line, just at it and just past it ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def town(postgres_server: EmbeddedServer, migrated_template: str) -> Iterator[Library]:
    """200 patrons about whom the registry has spoken, and after them 200 about whom it has not.

    The tests of lines look at it by dry runs alone, and leave the registry as it was.
    """
    with one_more_database(postgres_server, migrated_template) as url, open_library(url) as library:
        _fill(library, range(2 * SIZE))
        library.refresh(YESTERDAY, "patrons", *map(_patron, range(SIZE)), batch_size=SIZE)
        yield library


KNOWN = [
    ("dead_percent", _dies, 1),
    ("not_found_percent", _is_forgotten, 2),
    ("malformed_or_mismatched_percent", _is_malformed_or_mismatched, 2),
    ("newly_protected_percent", _is_protected, 2),
    ("number_changed_percent", _has_a_new_number, 1),
    ("name_changed_percent", _has_a_new_name, 10),
    ("left_the_municipality_percent", _leaves_the_municipality, 10),
    ("address_changed_percent", _moves, 40),
]
FIRST = [
    ("first_dead_percent", _dies, 10),
    ("first_not_found_percent", _is_forgotten, 10),
    ("first_malformed_or_mismatched_percent", _is_malformed_or_mismatched, 2),
]
"""Line, what becomes of people, and how many of 200 may: 0.5 %, 1 %, 5 % or 20 %, not more."""


def _weighed(town: Library, fate: Fate, places: range, whom: range) -> dict[str, Any]:
    """The report of a dry run over `whom`, in which the fate has struck `places`."""
    _happens(town, fate, places)
    try:
        return town.refresh(DAY, "patrons", *map(_patron, whom), batch_size=SIZE, dry_run=True)
    finally:
        for place in places:
            _resident(town, place)


@pytest.mark.parametrize(("line", "fate", "most"), KNOWN)
def test_each_line_holds_the_answers_past_it_and_not_at_it(town: Library, line: str, fate: Fate, most: int) -> None:
    whom = range(SIZE)
    assert _weighed(town, fate, range(most), whom)["state"] == "done"
    held = _weighed(town, fate, range(most + 1), whom)
    assert (held["state"], held["message"]) == ("incomplete", line)
    assert (held["patrons"]["checked"], held["patrons"]["left"]) == (0, SIZE)


@pytest.mark.parametrize(("line", "fate", "most"), FIRST)
def test_each_line_of_first_answers_holds_them_past_it_and_not_at_it(
    town: Library, line: str, fate: Fate, most: int
) -> None:
    whom = range(SIZE, 2 * SIZE)
    assert _weighed(town, fate, range(SIZE, SIZE + most), whom)["state"] == "done"
    held = _weighed(town, fate, range(SIZE, SIZE + most + 1), whom)
    assert (held["state"], held["message"]) == ("incomplete", line)


@pytest.mark.parametrize("fate", [_is_protected, _has_a_new_number, _has_a_new_name, _leaves_the_municipality, _moves])
def test_first_answers_have_no_other_lines(town: Library, fate: Fate) -> None:
    places = range(SIZE, 2 * SIZE)
    report = _weighed(town, fate, places, places)
    assert (report["state"], report["outcomes"]) == ("done", {"first answer": SIZE})


def test_known_patrons_and_first_answers_are_counted_apart(town: Library) -> None:
    everybody = range(2 * SIZE)
    held = _weighed(town, _dies, range(2), everybody)  # 1 % of the known, 0.5 % of all
    assert held["message"] == "dead_percent"
    assert _weighed(town, _dies, range(SIZE, SIZE + 5), everybody)["state"] == "done"  # 2.5 % of first answers


@pytest.mark.parametrize("first", [0, SIZE], ids=["known", "first answers"])
def test_no_line_speaks_before_200_answers(town: Library, first: int) -> None:
    whom = range(first, first + 199)
    assert _weighed(town, _dies, whom, whom)["outcomes"] in ({"changed": 199}, {"first answer": 199})
    whom = range(first, first + 200)
    assert _weighed(town, _dies, whom, whom)["state"] == "incomplete"


def test_a_first_load_is_no_alarm(town: Library) -> None:
    whom = range(SIZE, 2 * SIZE)
    assert _weighed(town, _moves, whom, whom)["outcomes"] == {"first answer": SIZE}


def test_a_setting_moves_a_line(town: Library) -> None:
    _happens(town, _dies, range(10))
    whom = [_patron(place) for place in range(SIZE)]
    try:
        held = town.refresh(DAY, "patrons", *whom, batch_size=SIZE, dry_run=True, brake_dead_percent=4.9)
        let_through = town.refresh(DAY, "patrons", *whom, batch_size=SIZE, dry_run=True, brake_dead_percent=5.0)
    finally:
        for place in range(10):
            _resident(town, place)
    assert (held["message"], let_through["state"]) == ("dead_percent", "done")


def test_a_dry_run_that_is_held_asks_no_operator(town: Library) -> None:
    _weighed(town, _dies, range(10), range(SIZE))
    assert town.rows("SELECT FROM sync.approval") == []


# A run that is held --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def yesterday(postgres_server: EmbeddedServer, migrated_template: str) -> Iterator[str]:
    """Name of a database with 400 patrons about whom the registry has spoken yesterday."""
    with one_more_database(postgres_server, migrated_template) as url:
        with open_library(url) as library:
            _fill(library, range(400))
            assert library.refresh(YESTERDAY)["outcomes"] == {"first answer": 400}
        yield str(conninfo_to_dict(url)["dbname"])


@pytest.fixture
def held(postgres_server: EmbeddedServer, yesterday: str, capsys: pytest.CaptureFixture[str]) -> Iterator[Library]:
    """A library of 400 whose run of `DAY`, in batches of 100, is held at the third: 5 of its patrons are dead.

    One of the first batch has a new name; one of the last is dead, too.
    """
    with one_more_database(postgres_server, yesterday) as url, open_library(url) as library:
        library.capture = capsys.readouterr
        library.settings = library.settings.model_copy(update={"registry_concurrency": 1})
        _happens(library, _resident, range(400))
        _has_a_new_name(library, 0)
        _happens(library, _dies, range(200, 205))
        _dies(library, 399)
        yield library


def _dead(library: Library) -> list[str]:
    rows = library.rows("SELECT patron_number FROM library.patron WHERE registry_status = 90 ORDER BY 1")
    return [number for (number,) in rows]


def _word(library: Library, run: int, word: store.Word) -> None:
    assert store.answer(library.connection, run, word, "a test") > 0


def test_what_was_applied_before_the_brake_stays_and_nothing_after_it_is_applied(held: Library) -> None:
    report = held.refresh()
    assert report["state"] == "waiting"
    counts = report["patrons"]
    assert (counts["due"], counts["checked"], counts["changed"], counts["left"]) == (400, 200, 1, 200)
    assert held.patron(_patron(0))["name"] == "Ny Navnesen"
    assert _dead(held) == []
    assert held.rows("SELECT count(*) FROM sync.patron_check WHERE checked_on = %s", DAY) == [(200,)]
    assert held.rows("SELECT FROM sync.claim") == []


def test_the_brake_writes_its_question_in_numbers_alone(held: Library) -> None:
    report = held.refresh()
    [question] = store.questions(held.connection)
    assert (question.run_id, question.flow, question.rule) == (report["run"], "registry-refresh", "dead_percent")
    assert question.counts == {
        "line": "dead_percent",
        "code": "dead",
        "population": "known",
        "count": 5,
        "answers": 300,
        "percent": 1.67,
        "limit_percent": 0.5,
    }
    assert question.held == [_patron(place) for place in range(200, 300)]
    assert (question.word, question.state) == (None, "waiting")


def test_every_look_up_is_in_the_access_log_whatever_became_of_the_answer(held: Library) -> None:
    report = held.refresh()
    logged = held.rows(
        "SELECT patron_number, count(*)::int FROM sync.registry_access WHERE run_id = %s GROUP BY 1", report["run"]
    )
    asked = {f"L{number.digits[6:]}": times for number, times in held.registry.asked.items()}
    assert dict(logged) == asked
    assert len(asked) >= 300
    assert report["look_ups"] == held.asked()


def test_a_run_that_waits_goes_no_further_without_a_word(held: Library) -> None:
    held.refresh()
    asked = held.asked()
    for day in (DAY, TOMORROW):
        with pytest.raises(WaitsForWord):
            held.refresh(day)
    assert (held.asked(), _dead(held)) == (asked, [])


def test_apply_looks_the_held_batch_up_again_and_turns_this_brake_off_for_the_rest_of_the_run(held: Library) -> None:
    run = held.refresh()["run"]
    held.registry.forget_asked()
    _word(held, run, "apply")
    report = held.refresh()
    assert (report["run"], report["state"]) == (run, "done")
    assert _dead(held) == [_patron(place) for place in (200, 201, 202, 203, 204, 399)]
    assert set(held.registry.asked) == {CprNumber(_number(place)) for place in range(200, 400)}
    counts = report["patrons"]
    assert (counts["due"], counts["checked"], counts["changed"], counts["left"]) == (400, 400, 7, 0)


def test_apply_turns_no_other_brake_off(held: Library) -> None:
    run = held.refresh()["run"]
    _happens(held, _is_protected, range(300, 310))
    _word(held, run, "apply")
    report = held.refresh()
    assert (report["run"], report["state"]) == (run, "waiting")
    [question] = store.questions(held.connection, run_id=run, open_only=True)
    assert (question.rule, question.counts["count"], question.counts["answers"]) == ("newly_protected_percent", 10, 400)
    assert len(_dead(held)) == 5
    _word(held, run, "apply")
    assert held.refresh()["state"] == "done"
    assert len(_dead(held)) == 6


def test_who_could_not_be_asked_before_the_brake_is_asked_when_the_run_goes_on(held: Library) -> None:
    held.registry.fail("fault", times=1, numbers=[_number(50)], code="NotAuthorized", text="no agreement")
    report = held.refresh()
    assert (report["state"], report["patrons"]["failed"], report["patrons"]["checked"]) == ("waiting", 1, 199)
    _word(held, report["run"], "apply")
    report = held.refresh()
    counts = report["patrons"]
    assert (report["state"], counts["due"], counts["checked"], counts["failed"]) == ("done", 400, 400, 0)
    assert report["outcomes"] == {"changed": 7, "unchanged": 393}


@pytest.mark.parametrize("word", ["apply", "skip"])
def test_a_run_that_goes_on_keeps_to_its_limit(held: Library, word: store.Word) -> None:
    run = held.refresh(limit=310)["run"]
    _word(held, run, word)
    report = held.refresh()
    assert (report["run"], report["state"]) == (run, "done")
    assert (report["patrons"]["checked"], report["patrons"]["left"]) == (310, 90)


def test_the_next_run_has_its_brakes_on_again(held: Library) -> None:
    run = held.refresh()["run"]
    _word(held, run, "apply")
    held.refresh()
    _happens(held, _dies, range(205, 210))
    report = held.refresh(TOMORROW)
    assert (report["run"] > run, report["state"]) == (True, "waiting")


def test_skip_puts_the_held_batch_into_quarantine_until_tomorrow_and_the_run_goes_on(held: Library) -> None:
    run = held.refresh()["run"]
    held.registry.forget_asked()
    _word(held, run, "skip")
    report = held.refresh()
    assert (report["run"], report["state"]) == (run, "done")
    assert report["outcomes"] == {"changed": 2, "unchanged": 298, "implausible": 100}
    assert set(held.registry.asked) == {CprNumber(_number(place)) for place in range(300, 400)}
    aside = held.patron(_patron(250))
    assert aside["quarantine"] == {
        "reason": "implausible",
        "since": DAY.isoformat(),
        "next_try": TOMORROW.isoformat(),
    }
    assert (aside["name"], aside["registry_status"], _dead(held)) == ("Prøve Prøvesen", 1, [_patron(399)])


def test_after_skip_the_shares_start_anew(held: Library) -> None:
    run = held.refresh()["run"]
    _happens(held, _dies, range(300, 400))  # 100 answers of the run's new shares: no line speaks
    _word(held, run, "skip")
    assert held.refresh()["state"] == "done"
    assert len(_dead(held)) == 100


def test_the_implausible_are_asked_about_the_next_day_and_a_good_answer_ends_it(held: Library) -> None:
    run = held.refresh()["run"]
    _word(held, run, "skip")
    held.refresh()
    for place in range(200, 205):
        _resident(held, place)
    report = held.refresh(TOMORROW)
    assert report["outcomes"] == {"unchanged": 399}  # all but the dead one
    assert held.rows("SELECT count(*) FROM sync.quarantine WHERE closed_on IS NULL") == [(0,)]


def test_abort_ends_the_run_and_the_rest_stays_due(held: Library) -> None:
    run = held.refresh()["run"]
    _word(held, run, "abort")
    with pytest.raises(Aborted):
        held.refresh()
    assert held.rows("SELECT state FROM sync.run WHERE run_id = %s", run) == [("aborted",)]
    assert _dead(held) == []
    _happens(held, _resident, range(200, 205))
    report = held.refresh()
    assert (report["run"] > run, report["patrons"]["due"], report["patrons"]["checked"]) == (True, 200, 200)


def test_no_word_within_12_hours_is_abort(held: Library) -> None:
    run = held.refresh()["run"]
    held.connection.execute("UPDATE sync.approval SET asked_at = asked_at - %s", (timedelta(hours=11, minutes=59),))
    with pytest.raises(WaitsForWord):
        held.refresh()
    held.connection.execute("UPDATE sync.approval SET asked_at = asked_at - %s", (timedelta(minutes=2),))
    report = held.refresh(limit=1)
    assert report["run"] > run
    assert held.rows("SELECT state, word FROM sync.run JOIN sync.approval USING (run_id)") == [("aborted", "abort")]


def test_a_run_about_named_patrons_and_a_dry_run_do_not_wait_for_another_s_word(held: Library) -> None:
    run = held.refresh()["run"]
    assert held.refresh(DAY, "patrons", _patron(350))["state"] == "done"
    assert held.refresh(dry_run=True, limit=50)["state"] == "done"
    assert held.rows("SELECT state FROM sync.run WHERE run_id = %s", run) == [("waiting",)]
