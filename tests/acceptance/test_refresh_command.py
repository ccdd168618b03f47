"""`patronsync refresh` and `patronsync approvals` as they are typed: exit codes and what is printed."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from flows.registry_refresh import registry_refresh
from flows.settings import use
from tests.acceptance.made_up import HOME, NAME, TOMORROW
from tests.fixtures.library import DAY, Library
from tests.fixtures.prefect import PrefectServer

TODAY = ("--today", DAY.isoformat())


@pytest.fixture
def night(library: Library, prefect_api: PrefectServer) -> Library:
    """A library whose commands find the test run's Prefect server."""
    library.settings._prefect.update(prefect_api.environment())
    return library


def _people(library: Library, count: int, dead: int = 0) -> None:
    for place in range(count):
        number = f"0101{place // 4000 + 60:02}{place % 4000:04}"
        library.enrol(f"L{place:03}", number)
        library.person(number, 90 if place < dead else 1, name=NAME, residence=HOME if place >= dead else None)


def _json(library: Library, *arguments: str) -> tuple[int, dict[str, Any]]:
    code, out = library.command(*arguments, "--json")
    return code, json.loads(out)


def test_a_run_that_is_done_is_exit_code_0_though_somebody_is_in_quarantine(night: Library) -> None:
    _people(night, 2)
    night.enrol("lost", "0202809995")
    code, report = _json(night, "refresh", *TODAY)
    assert (code, report["state"], report["today"], report["dry_run"]) == (0, "done", DAY.isoformat(), False)
    assert report["patrons"] == {
        "due": 3,
        "checked": 3,
        "first_answers": 2,
        "changed": 0,
        "unchanged": 0,
        "quarantined": 1,
        "failed": 0,
        "left": 0,
    }
    assert (report["look_ups"], report["outcomes"]) == (3, {"first answer": 2, "not found": 1})
    assert report["changes"]["patron.name"] == 2
    assert report["seconds"] >= 0
    code, again = _json(night, "refresh", "--scope", "all", *TODAY)
    assert (code, again["look_ups"], again["run"]) == (0, 0, report["run"] + 1)


def test_ten_digits_that_are_nobody_s_patron_number_fail_in_prefect_without_being_repeated(night: Library) -> None:
    """As a deployment's form gives them: the command line refuses what looks like a CPR number."""
    before = use(night.settings)
    try:
        state = registry_refresh(scope="patrons", patron_numbers=["0101809995"], today=DAY, return_state=True)
    finally:
        use(before)
    assert state.is_failed() and "0101809995" not in state.message
    assert "place 1 of 1" in state.message


def test_patrons_left_by_a_limit_are_exit_code_0(night: Library) -> None:
    _people(night, 3)
    code, report = _json(night, "refresh", "--limit", "2", *TODAY)
    assert (code, report["state"]) == (0, "done")
    assert (report["patrons"]["due"], report["patrons"]["checked"], report["patrons"]["left"]) == (3, 2, 1)


def test_a_patron_who_could_not_be_asked_is_exit_code_1_and_the_message_says_what_to_do(night: Library) -> None:
    _people(night, 2)
    night.registry.fail("fault", times=1, code="NotAuthorized", text="no agreement")
    code, report = _json(night, "refresh", *TODAY)
    assert (code, report["state"], report["patrons"]["failed"]) == (1, "incomplete", 1)
    assert "run it again" in report["message"]
    code, report = _json(night, "refresh", *TODAY)
    assert (code, report["patrons"]["due"]) == (0, 1)


def test_patrons_left_unasked_are_exit_code_1(night: Library) -> None:
    _people(night, 30)
    night.registry.fail("fault", code="NotAuthorized", text="no agreement")
    code, report = _json(night, "refresh", *TODAY)
    assert (code, report["state"]) == (1, "incomplete")
    counts = report["patrons"]
    assert counts["left"] > 0
    assert counts["due"] == 30 == counts["checked"] + counts["failed"] + counts["left"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--scope", "patrons"),
        ("--scope", "due", "--patron", "L000"),
        ("--patron", "L000", "--patron", "nobody"),
        ("--limit", "0"),
        ("--scope", "everybody"),
        ("--today", "2999-01-01"),
        ("--today", "yesterday"),
    ],
)
def test_wrong_usage_is_exit_code_2_and_asks_nobody(night: Library, arguments: tuple[str, ...]) -> None:
    _people(night, 1)
    assert night.command("refresh", *arguments)[0] == 2
    assert night.asked() == 0


@pytest.mark.parametrize("number", ["0101600000", "010160-0000"])
def test_a_cpr_number_given_for_a_patron_number_is_refused_and_not_repeated(night: Library, number: str) -> None:
    _people(night, 1)
    code, out = night.command("refresh", "--patron", number, "--json")
    assert code == 2
    for part in ("0101600000", "010160-0000", "010160"):
        assert part not in out and part not in night.errors
    assert night.rows("SELECT FROM sync.run WHERE parameters::text LIKE '%%010160%%'") == []


def test_a_dry_run_may_look_ahead(night: Library) -> None:
    _people(night, 1)
    code, report = _json(night, "refresh", "--dry-run", "--today", "2999-01-01")
    assert (code, report["dry_run"], report["outcomes"]) == (0, True, {"first answer": 1})
    assert night.patron("L000")["checked_at"] is None


def test_without_json_a_person_reads_the_counts(night: Library) -> None:
    _people(night, 2)
    night.enrol("lost", "0202809995")
    night.person("0101600001", name=NAME, residence={**HOME, "municipality_code": 0})
    code, out = night.command("refresh", *TODAY)
    assert code == 0
    for words in ("done", "due 3", "in quarantine 1", "quarantined: not found", "without a municipality"):
        assert words in out
    assert "0202809995" not in out + night.errors


def test_a_brake_is_exit_code_3_and_prints_the_line_to_type(night: Library) -> None:
    _people(night, 200, dead=11)
    code, out = night.command("refresh", *TODAY)
    [(run,)] = night.rows("SELECT run_id FROM sync.run")
    assert code == 3
    assert f"patronsync approvals answer {run} apply|skip|abort" in out
    assert out.rstrip().endswith("patronsync refresh")
    code, out = night.command("approvals")
    assert code == 0 and f"patronsync approvals answer {run} apply|skip|abort" in out
    code, listed = _json(night, "approvals")
    [question] = listed["questions"]
    assert (question["run"], question["rule"], question["word"]) == (run, "first_dead_percent", None)
    assert (question["counts"]["count"], question["held"]) == (11, 100)


@pytest.mark.parametrize("word", ["apply", "skip", "abort"])
def test_the_word_is_given_by_a_command_and_the_run_goes_on_with_the_next_refresh(night: Library, word: str) -> None:
    _people(night, 200, dead=11)
    assert _json(night, "refresh", *TODAY)[0] == 3
    [(run,)] = night.rows("SELECT run_id FROM sync.run")
    assert night.command("refresh", *TODAY)[0] != 0  # it waits: no other run goes past it
    code, out = night.command("approvals", "answer", str(run), word)
    assert code == 0 and f"Run {run}" in out
    code, report = _json(night, "refresh", "--today", TOMORROW.isoformat())
    if word == "abort":
        assert report["run"] != run and report["today"] == TOMORROW.isoformat()
        return
    assert (code, report["run"], report["today"], report["state"]) == (0, run, DAY.isoformat(), "done")
    aside = {"implausible": 100} if word == "skip" else {}
    assert report["outcomes"] == {"first answer": 200 - sum(aside.values()), **aside}


def test_a_word_for_a_run_that_asks_nothing_is_an_error(night: Library) -> None:
    assert night.command("approvals", "answer", "4711", "apply")[0] == 1
    _people(night, 1)
    _, report = _json(night, "refresh", *TODAY)
    assert night.command("approvals", "answer", str(report["run"]), "apply")[0] == 1
    assert night.command("approvals", "answer", str(report["run"]), "perhaps")[0] == 2


def test_a_word_that_comes_too_late_is_abort(night: Library) -> None:
    _people(night, 200, dead=11)
    assert _json(night, "refresh", *TODAY)[0] == 3
    [(run,)] = night.rows("SELECT run_id FROM sync.run")
    night.connection.execute("UPDATE sync.approval SET asked_at = asked_at - %s", (timedelta(hours=12, minutes=1),))
    assert night.command("approvals", "answer", str(run), "apply")[0] == 1
    assert night.rows("SELECT state, word FROM sync.run JOIN sync.approval USING (run_id)") == [("aborted", "abort")]
