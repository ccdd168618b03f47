"""How a run of net media behaves: dry, held by the brake, repeated, at once with another (docs/reference/runs.md)."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest

from db.connect import connect
from db.net_media import rights
from db.runs import store
from flows.steps.operators_word import Aborted, WaitsForWord
from tests.fixtures.library import DAY, Library

AALBORG, AARHUS = "0851", "0751"
RUNS = ("sync.run", "sync.batch")
BRAKE = {"brake_net_media_revoked_more_than": 2}
NEXT = DAY + timedelta(days=1)


@pytest.fixture
def town(library: Library) -> Library:
    """Two services for two towns of three patrons each, decided on."""
    for service in ("film", "lyd"):
        for code in (AALBORG, AARHUS):
            library.agree(service, code)
    for number in range(6):
        library.enrol(f"P{number}", None, municipality_code=AALBORG if number < 3 else AARHUS)
    library.net_media()
    return library


def granted(library: Library) -> dict[str, int]:
    """Rights that stand, by service."""
    rows = library.rows("SELECT service, count(*) FROM library.net_media_right WHERE granted GROUP BY 1")
    return dict(rows)  # type: ignore[arg-type]


def lose_an_agreement(library: Library) -> None:
    """The agreement of one town about films is deleted by mistake, and a patron of the other is blocked."""
    library.connection.execute(
        "DELETE FROM library.net_media_agreement WHERE service = 'film' AND municipality_code = %s", [AALBORG]
    )
    library.connection.execute("INSERT INTO library.block VALUES ('P5', 'fees', 'staff', %s)", [NEXT])


def test_a_second_run_changes_nothing_at_all(town: Library) -> None:
    before = town.contents(*RUNS)
    report = town.net_media()
    assert town.contents(*RUNS) == before
    assert (report["patrons"]["due"], report["changes"], report["outcomes"]) == (0, {}, {})


def test_a_dry_run_says_what_a_live_run_does_and_changes_nothing(town: Library) -> None:
    lose_an_agreement(town)
    before = town.contents(*RUNS)
    dry = town.net_media(NEXT, dry_run=True)
    assert town.contents(*RUNS) == before
    live = town.net_media(NEXT)
    assert {name: dry[name] for name in ("patrons", "services", "changes", "outcomes", "state")} == {
        name: live[name] for name in ("patrons", "services", "changes", "outcomes", "state")
    }
    assert live["services"] == [
        {"service": "film", "granted": 0, "revoked": 4},
        {"service": "lyd", "granted": 0, "revoked": 1},
    ]


def test_a_dry_run_that_a_brake_would_hold_says_so(town: Library) -> None:
    lose_an_agreement(town)
    assert town.net_media(NEXT, dry_run=True, **BRAKE)["state"] == "incomplete"
    assert store.questions(town.connection) == []


def test_a_service_that_would_lose_too_many_waits_for_a_word_and_holds_up_no_other(town: Library) -> None:
    lose_an_agreement(town)
    report = town.net_media(NEXT, **BRAKE)
    assert (report["state"], report["held"], granted(town)) == ("waiting", ["film"], {"film": 6, "lyd": 5})
    assert report["patrons"] == {"due": 4, "checked": 0, "changed": 0, "unchanged": 0, "left": 4}
    (question,) = store.questions(town.connection, open_only=True)
    assert (question.rule, question.counts["part"], question.counts["count"], question.counts["answers"]) == (
        "net_media_revoked_percent: film",
        "film",
        4,
        6,
    )
    with pytest.raises(WaitsForWord):
        town.net_media(NEXT, **BRAKE)


def test_apply_takes_the_brake_off_for_the_rest_of_the_run(town: Library) -> None:
    report = answered(town, "apply")
    assert (report["state"], granted(town)) == ("done", {"film": 2, "lyd": 5})
    assert report["patrons"] == {"due": 6, "checked": 6, "changed": 4, "unchanged": 2, "left": 0}
    assert report["services"] == [
        {"service": "film", "granted": 0, "revoked": 4},
        {"service": "lyd", "granted": 0, "revoked": 1},
    ]


def test_skip_leaves_the_service_out_of_this_run_and_the_next_one_decides_it(town: Library) -> None:
    report = answered(town, "skip")
    assert (report["state"], granted(town)) == ("done", {"film": 6, "lyd": 5})
    assert report["patrons"] == {"due": 6, "checked": 2, "changed": 0, "unchanged": 2, "left": 4}
    town.agree("film", AALBORG)  # the mistake is mended
    report = town.net_media(NEXT, **BRAKE)
    assert (report["state"], granted(town)) == ("done", {"film": 5, "lyd": 5})


def test_abort_ends_the_run_and_the_next_one_asks_again(town: Library) -> None:
    with pytest.raises(Aborted):
        answered(town, "abort")
    assert granted(town) == {"film": 6, "lyd": 5}
    assert town.net_media(NEXT, **BRAKE)["state"] == "waiting"


def answered(library: Library, word: store.Word) -> dict[str, Any]:
    """The run that goes on after a word on the question about films."""
    lose_an_agreement(library)
    held = library.net_media(NEXT, **BRAKE)
    store.answer(library.connection, held["run"], word, "a test")
    report = library.net_media(NEXT, **BRAKE)
    assert report["run"] == held["run"]
    return report


def test_a_later_run_takes_the_place_of_one_that_waits_so_that_no_right_goes_back_a_day(town: Library) -> None:
    town.agree("news", AALBORG, min_age=15)
    town.enrol("P6", None, municipality_code=AALBORG, birth_date=(NEXT + timedelta(days=1)).replace(year=2011))
    lose_an_agreement(town)
    evening = town.net_media(NEXT, **BRAKE)
    town.agree("film", AALBORG)  # the mistake is mended
    night = town.net_media(NEXT + timedelta(days=1), deployed=True, **BRAKE)
    assert (evening["state"], night["state"], night["run"] > evening["run"]) == ("waiting", "done", True)
    assert store.questions(town.connection, open_only=True) == []
    assert town.rows("SELECT state FROM sync.run WHERE run_id = %s", evening["run"]) == [("aborted",)]
    assert store.answer(town.connection, evening["run"], "apply", "a test") == 0
    before = town.contents(*RUNS)
    assert town.net_media(NEXT + timedelta(days=1))["changes"] == {}
    assert town.contents(*RUNS) == before


def test_two_runs_at_once_under_a_brake_ask_once(town: Library) -> None:
    lose_an_agreement(town)
    runs = [threading.Thread(target=lambda: town.net_media(NEXT, deployed=True, **BRAKE)) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    (question,) = store.questions(town.connection, open_only=True)
    assert town.rows("SELECT state, count(*) FROM sync.run WHERE today = %s GROUP BY 1 ORDER BY 1", NEXT) == [
        ("aborted", 1),
        ("waiting", 1),
    ]
    store.answer(town.connection, question.run_id, "apply", "a test")
    assert [town.net_media(NEXT, **BRAKE)["state"] for _ in range(2)] == ["done", "done"]


def test_two_runs_at_once_do_it_once(town: Library) -> None:
    lose_an_agreement(town)
    reports: list[dict[str, Any]] = []
    runs = [threading.Thread(target=lambda: reports.append(town.net_media(NEXT))) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert sorted(report["patrons"]["changed"] for report in reports) == [0, 4]
    assert granted(town) == {"film": 2, "lyd": 5}
    assert town.rows("SELECT count(*) FROM sync.change WHERE kind = 'net_media.revoked'") == [(4,)]


def test_what_happens_while_a_run_decides_is_left_to_the_next_one(town: Library) -> None:
    """A patron's row is never waited for, nor does its writer wait for the run."""
    with town.connection.transaction():
        town.connection.execute("INSERT INTO library.block VALUES ('P0', 'fees', 'staff', %s)", [DAY])
        assert town.net_media()["patrons"]["due"] == 0
    assert town.net_media()["outcomes"] == {"blocked": 2}


DISTURBING = {
    "deleted": "DELETE FROM library.patron WHERE patron_number = 'P0'",
    "blocked": "INSERT INTO library.block VALUES ('P0', 'fees', 'staff', '2026-03-02')",
    "moved": "UPDATE library.patron SET municipality_code = '0101' WHERE patron_number = 'P0'",
}


@pytest.mark.parametrize("what", DISTURBING)
def test_who_changes_a_patron_does_not_wait_for_the_run_that_decides_on_them(town: Library, what: str) -> None:
    lose_an_agreement(town)
    town.connection.execute("SET lock_timeout = '100ms'")
    with connect(town.database_url, autocommit=True) as other:
        rights.create_staging(other)
        with other.transaction():
            rights.decide_rights(other, rights.Terms(1, NEXT))
            town.connection.execute(DISTURBING[what])
    town.net_media(NEXT)
    assert town.rows("SELECT granted FROM library.net_media_right WHERE patron_number = 'P0' AND granted") == []


def test_rights_of_who_is_deleted_while_a_run_decides_go_with_the_next_one_though_it_decides_everyone(
    town: Library,
) -> None:
    lose_an_agreement(town)

    def hold(changes: Any) -> list[str]:
        town.connection.execute(DISTURBING["deleted"])
        return []

    town.agree("news", AALBORG)  # rights are added
    with connect(town.database_url, autocommit=True) as other:
        rights.create_staging(other)
        with other.transaction():
            rights.decide_rights(other, rights.Terms(1, NEXT), hold)
    town.agree("games", AALBORG)
    assert town.net_media(NEXT)["patrons"]["due"] == 5
    assert town.rows("SELECT service FROM library.net_media_right WHERE patron_number = 'P0'") == []


def test_a_day_that_goes_back_decides_everyone_by_that_day(town: Library) -> None:
    town.connection.execute("UPDATE library.net_media_agreement SET valid_from = %s", [DAY])
    town.net_media()
    assert town.net_media(date(2026, 1, 1))["outcomes"] == {"no agreement": 12}
