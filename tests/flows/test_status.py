"""`patronsync status`: every number is one that the database has, and the exit code says whether a hand is needed."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cpr_client import read_validity
from cpr_client.demo.certificates import Issued
from flows.cli import exits
from flows.observability import hands
from flows.observability.hands import Hand, state_of
from mappers.lateness import day_of_last_night, last_expected
from mappers.night import REFRESH, RETENTION
from tests.acceptance.made_up import HOME, NAME
from tests.fixtures.library import DAY, Library

TODAY = ("--today", DAY.isoformat())


def status(library: Library, day: date = DAY) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON on a day."""
    code, out = library.command("status", "--json", "--today", day.isoformat())
    return code, json.loads(out)


@pytest.fixture
def night(library: Library) -> Library:
    """Two patrons, and a night that went well but for one whom the registry does not know."""
    for number, cpr_number in (("P1", "0101701111"), ("P2", "0201701112")):
        library.enrol(number, cpr_number)
    library.person("0101701111", name=NAME, residence=HOME)
    library.refresh()
    library.guardians()
    library.net_media()
    library.retention()
    return library


def test_a_night_that_went_well_is_exit_code_0_and_adds_up_with_the_database(night: Library) -> None:
    code, told = status(night)
    assert (code, told["state"], told["hands"], told["warnings"]) == (exits.DONE, "done", [], [])
    assert [run["flow"] for run in told["runs"]] == [
        "guardian-links",
        "net-media-eligibility",
        "registry-refresh",
        "retention-cleanup",
    ]
    assert told["patrons"] == {"due": 0, "never_asked": 0, "overdue": 0, "quarantined": 1}
    assert (told["quarantine"], told["cases"], told["questions"]) == ({"not found": 1}, {}, 0)
    assert {rule["overdue"] for rule in told["rules"]} == {0}
    assert told["registry"]["reachable"] is True and told["registry"]["certificate_days"] is None
    assert told["database"]["pending"] == [] and told["database"]["current"] is True
    assert night.rows("SELECT look_ups FROM sync.run WHERE flow = 'registry-refresh'") == [
        (next(run["look_ups"] for run in told["runs"] if run["flow"] == "registry-refresh"),)
    ]
    code, out = night.command("status", *TODAY)
    assert (code, "All is well." in out, "not found" in out, "0101701111" in out) == (0, True, True, False)
    assert len(out.splitlines()) < 24, "a screenful"


def test_the_next_morning_without_a_night_is_late(night: Library) -> None:
    code, told = status(night, DAY + timedelta(days=1))
    assert (code, told["state"], len(told["hands"])) == (exits.FAILED, "failed", 4)
    assert all(str(DAY) in hand["said"] for hand in told["hands"])
    assert told["patrons"]["due"] == told["patrons"]["overdue"] + 2


def test_a_library_where_nothing_has_run_needs_a_hand(library: Library) -> None:
    code, told = status(library)
    assert (code, [run["flow"] for run in told["runs"]], len(told["hands"])) == (exits.FAILED, [], 4)
    assert told["hands"][0]["remedy"].endswith(f"patronsync nightly --step {REFRESH}"), "at the weekend, too"


def test_a_run_that_was_killed_is_told_as_killed_before_the_next_one_finds_out(night: Library) -> None:
    night.connection.execute(
        "INSERT INTO sync.run (flow, today, state) VALUES ('retention-cleanup', %s, 'running')", [DAY]
    )
    code, told = status(night)
    assert (code, [run["state"] for run in told["runs"] if run["flow"] == "retention-cleanup"]) == (1, ["killed"])


def test_a_refresh_of_one_patron_alone_does_not_hide_the_night(night: Library) -> None:
    night.connection.execute("UPDATE sync.run SET state = 'incomplete' WHERE flow = 'registry-refresh'")
    night.refresh(DAY, "patrons", "P1")
    code, told = status(night)
    assert (code, [run["state"] for run in told["runs"] if run["flow"] == "registry-refresh"]) == (1, ["incomplete"])
    assert f"patronsync nightly --failed-since {DAY} " in told["hands"][0]["remedy"]


def test_a_run_that_only_waits_for_a_word_is_exit_code_3_and_says_what_to_type(night: Library) -> None:
    run = night.rows("SELECT run_id FROM sync.run WHERE flow = 'net-media-eligibility'")[0][0]
    night.connection.execute("UPDATE sync.run SET state = 'waiting', ended_at = NULL WHERE run_id = %s", [run])
    counts = '{"code": "net media rights revoked", "population": "rights", "count": 60, "answers": 100, "percent": 60,'
    night.connection.execute(
        "INSERT INTO sync.approval (run_id, flow, rule, counts) VALUES (%s, 'net-media-eligibility', 'r', %s)",
        [run, counts + ' "limit_percent": 5, "part": "ebooks"}'],
    )
    code, told = status(night)
    assert (code, told["state"], told["questions"]) == (exits.WAITS, "waiting", 1)
    assert f"approvals answer {run} apply|skip|abort" in told["hands"][0]["remedy"]

    night.connection.execute("UPDATE sync.approval SET asked_at = now() - interval '13 hours'")
    code, told = status(night)
    assert (code, told["questions"]) == (exits.FAILED, 0)
    assert "aborted: nobody answered" in told["hands"][0]["said"]


def test_what_retention_left_overdue_needs_a_hand(night: Library) -> None:
    night.connection.execute("UPDATE sync.retention_outcome SET overdue = 3 WHERE rule = 'loans'")
    code, told = status(night)
    assert (code, "loans 3" in told["hands"][0]["said"]) == (exits.FAILED, True)


def test_consumers_of_the_change_feed_are_told_of_and_one_that_lags_stops_or_dies_needs_a_hand(night: Library) -> None:
    for name in ("gateway", "website"):
        night.command("feed", "register", name)
    night.connection.execute("INSERT INTO sync.change (patron_number, kind) VALUES ('P1', 'patron.name')")
    code, told = status(night)
    assert (code, [(one["consumer"], one["position"], one["waiting"]) for one in told["consumers"]]) == (
        exits.DONE,
        [("gateway", None, 1), ("website", None, 1)],
    )
    assert 0 <= told["consumers"][0]["behind_seconds"] < 600
    assert night.command("feed", "follow", "--consumer", "website", "--once")[0] == 0
    [(position,)] = night.rows("SELECT max(position) FROM sync.change")
    _, told = status(night)
    assert [(one["position"], one["waiting"], one["behind_seconds"]) for one in told["consumers"][1:]] == [
        (position, 0, 0)
    ]
    out = night.command("status", *TODAY)[1]
    assert "gateway: 1 events wait" in out and f"website: 0 events wait, read up to {position}" in out

    night.connection.execute("UPDATE sync.change SET at = at - interval '25 hours'")
    for change, said, remedy in (
        ("consumer = consumer", "25 hours behind", "feed forget gateway"),
        (f"read_at = '{DAY - timedelta(days=150)}'", "is declared dead on", "Start it again"),
        ("stopped_at = now(), stopped_position = 7, stopped_reason = 'refused'", "at event 7", "feed skip gateway"),
        (f"dead_on = '{DAY}'", f"declared dead on {DAY}", "--from beginning"),
    ):
        night.connection.execute(f"UPDATE sync.consumer SET {change} WHERE consumer = 'gateway'".encode())
        code, told = status(night)
        [hand] = told["hands"]
        assert code == exits.FAILED and hand["said"].startswith("gateway "), said
        assert said in hand["said"] and remedy in hand["remedy"]


def test_a_registry_that_does_not_answer_needs_a_hand(night: Library) -> None:
    night.settings = night.settings.model_copy(update={"registry_url": "http://127.0.0.1:9/"})
    code, told = status(night)
    assert (code, told["registry"]["reachable"]) == (exits.FAILED, False)


def test_a_certificate_that_expires_needs_a_hand(night: Library, our_certificate: Issued) -> None:
    files = {"registry_certificate": our_certificate.certificate, "registry_key": our_certificate.key}
    night.settings = night.settings.model_copy(update=files)
    last_day = read_validity(our_certificate.certificate).not_after.date()
    _, told = status(night, last_day - timedelta(days=31))
    assert told["registry"]["certificate_days"] == 31 and not _about_the_certificate(told)
    _, told = status(night, last_day - timedelta(days=30))
    assert "30 days" in _about_the_certificate(told)[0]
    _, told = status(night, last_day + timedelta(days=1))
    assert "expired" in _about_the_certificate(told)[0]


def _about_the_certificate(told: dict[str, Any]) -> list[str]:
    return [hand["said"] for hand in told["hands"] if "certificate" in hand["said"]]


def test_a_database_that_lacks_migrations_is_told_and_not_read(library: Library) -> None:
    library.connection.execute("UPDATE sync.alembic_version SET version_num = '0003'")
    code, told = status(library)
    assert (code, told["database"]["pending"][0], told["patrons"], told["runs"]) == (exits.FAILED, "0004", None, [])
    assert [hand["remedy"] for hand in told["hands"]] == ["patronsync database migrate"]
    assert "0004" in library.command("status", *TODAY)[1]


def test_a_night_is_late_from_eight_in_the_morning_on_and_the_refresh_rests_at_the_weekend() -> None:
    monday = date(2026, 3, 2)
    assert day_of_last_night(datetime(2026, 3, 2, 6, 59, tzinfo=UTC)) == date(2026, 3, 1)
    assert day_of_last_night(datetime(2026, 3, 2, 7, 0, tzinfo=UTC)) == monday
    assert day_of_last_night(datetime(2026, 7, 2, 6, 0, tzinfo=UTC)) == date(2026, 7, 2), "summer time"
    for day in (date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)):
        assert last_expected(REFRESH, day) == date(2026, 2, 27)
        assert last_expected(RETENTION, day) == day
    assert last_expected(REFRESH, monday) == monday


def test_a_word_that_is_waited_for_is_less_than_a_hand() -> None:
    waits, hand = Hand("", "", waits=True), Hand("", "")
    assert [state_of(found) for found in ([], [waits], [waits, hand])] == ["done", "waiting", "failed"]
    assert set(hands.BAD_ENDS) == {"incomplete", "failed", "aborted", "killed"}
