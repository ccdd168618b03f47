"""How a run of retention behaves: dry, held by the brake, locked out, killed, repeated, at once with another."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest
from psycopg.errors import ReadOnlySqlTransaction

from db.connect import connect
from db.retention import store as retention
from db.runs import store
from flows.errors import UsageError
from flows.steps import begin_retention, retention_run
from flows.steps.operators_word import Aborted, WaitsForWord
from flows.steps.retention_look import only_looking
from mappers.retention import RULES
from tests.fixtures.library import DAY, Library

RUNS = ("sync.run", "sync.retention_outcome")
BRAKE = {"brake_retention_removed_more_than": 2}
LONG_AGO = DAY - timedelta(days=40)
TITLE = "Recognizable Title"


@pytest.fixture
def shelf(library: Library, monkeypatch: pytest.MonkeyPatch) -> Library:
    """Five loans of one patron, four of them over long ago, a fulfilled reservation, and a message; batches of two."""
    monkeypatch.setattr(begin_retention, "BATCH", 2)
    monkeypatch.setattr(retention_run, "LOCKED_PAUSE", 0.01)
    library.enrol("P1", None)
    for number in range(1, 6):
        lend(library, f"L{number}", returned=LONG_AGO if number < 5 else DAY)
    library.connection.execute(
        "INSERT INTO library.reservation (reservation_number, patron_number, title, reserved_at, fulfilled_at) "
        "VALUES ('R1', 'P1', %s, %s, %s)",
        [TITLE, LONG_AGO, LONG_AGO],
    )
    library.connection.execute(
        "INSERT INTO library.message (message_number, patron_number, channel, kind, sent_at, loan_number, title, text) "
        "VALUES ('M1', 'P1', 'sms', 'reminder', %s, 'L5', %s, %s)",
        [LONG_AGO, TITLE, TITLE],
    )
    return library


def lend(library: Library, number: str, *, returned: date | None = None, lost: date | None = None) -> None:
    """A loan of P1."""
    library.connection.execute(
        "INSERT INTO library.loan (loan_number, patron_number, item_number, title, lent_at, returned_at, lost_at) "
        "VALUES (%s, 'P1', 'I1', %s, %s, %s, %s)",
        [number, TITLE, LONG_AGO - timedelta(days=30), returned, lost],
    )


def of(report: dict[str, Any], rule: str) -> dict[str, Any]:
    """What a report says of one rule."""
    return next(one for one in report["rules"] if one["rule"] == rule)


def numbers(report: dict[str, Any], rule: str) -> tuple[int, ...]:
    """Due, removed, held, skipped, overdue of one rule."""
    return tuple(of(report, rule)[name] for name in ("due", "removed", "held", "skipped", "overdue"))


def loans(library: Library) -> list[str]:
    """The loans that are left."""
    return [number for (number,) in library.rows("SELECT loan_number FROM library.loan ORDER BY 1")]


def test_what_is_due_goes_and_the_record_says_how_much(shelf: Library) -> None:
    report = shelf.retention()
    assert (report["state"], report["message"]) == ("done", None)
    assert numbers(report, "loans") == (4, 4, 0, 0, 0)
    assert (numbers(report, "reservations"), numbers(report, "messages")) == ((1, 1, 0, 0, 0), (1, 1, 0, 0, 0))
    assert of(report, "loans")["cut_off"] == (DAY - timedelta(days=30)).isoformat()
    assert loans(shelf) == ["L5"]
    recorded = shelf.rows(
        "SELECT rule, cut_off, due, removed, held, skipped, overdue FROM sync.retention_outcome WHERE run_id = %s",
        report["run"],
    )
    assert {row[0]: (row[1].isoformat(), *row[2:]) for row in recorded} == {
        rule.name: (of(report, rule.name)["cut_off"], *numbers(report, rule.name)) for rule in RULES
    }


def test_a_second_run_changes_nothing_at_all(shelf: Library) -> None:
    shelf.retention()
    before = shelf.contents(*RUNS)
    report = shelf.retention()
    assert shelf.contents(*RUNS) == before
    assert [rule["due"] for rule in report["rules"]] == [0] * len(RULES)


def test_a_dry_run_says_what_a_live_run_does_and_changes_nothing(shelf: Library) -> None:
    before = shelf.contents(*RUNS)
    dry = shelf.retention(dry_run=True)
    assert shelf.contents(*RUNS) == before
    live = shelf.retention()
    assert {rule.name: numbers(dry, rule.name) for rule in RULES} == {
        rule.name: numbers(live, rule.name) for rule in RULES
    }
    assert (dry["state"], dry["changes"]) == (live["state"], live["changes"])


def test_a_day_ahead_is_for_dry_runs_alone(shelf: Library) -> None:
    ahead = date(2099, 1, 1)
    with pytest.raises(UsageError, match="ahead"):
        shelf.retention(ahead)
    assert loans(shelf) == ["L1", "L2", "L3", "L4", "L5"]
    assert numbers(shelf.retention(ahead, dry_run=True), "loans")[:2] == (5, 5)


def test_a_rule_that_would_remove_too_much_waits_and_holds_up_no_other(shelf: Library) -> None:
    report = shelf.retention(**BRAKE)
    assert (report["state"], report["held"]) == ("waiting", ["loans"])
    assert (numbers(report, "loans"), numbers(report, "reservations")) == ((4, 0, 0, 4, 4), (1, 1, 0, 0, 0))
    (question,) = store.questions(shelf.connection, open_only=True)
    assert (question.rule, question.counts["part"], question.counts["count"], question.counts["answers"]) == (
        "retention_removed_percent: loans",
        "loans",
        4,
        5,
    )
    with pytest.raises(WaitsForWord):
        shelf.retention(**BRAKE)


def test_a_dry_run_that_a_brake_would_hold_says_so(shelf: Library) -> None:
    assert shelf.retention(dry_run=True, **BRAKE)["state"] == "incomplete"
    assert store.questions(shelf.connection) == []


def answered(library: Library, word: store.Word) -> dict[str, Any]:
    """The run that goes on after a word on the question about loans."""
    held = library.retention(**BRAKE)
    store.answer(library.connection, held["run"], word, "a test")
    report = library.retention(**BRAKE)
    assert report["run"] == held["run"]
    return report


def test_apply_takes_the_brake_off_for_the_rest_of_the_run(shelf: Library) -> None:
    report = answered(shelf, "apply")
    assert (report["state"], report["held"], loans(shelf)) == ("done", [], ["L5"])
    assert (numbers(report, "loans"), numbers(report, "reservations")) == ((4, 4, 0, 0, 0), (1, 1, 0, 0, 0))


def test_skip_leaves_the_rule_out_and_the_run_says_what_is_overdue(shelf: Library) -> None:
    report = answered(shelf, "skip")
    assert (report["state"], numbers(report, "loans")) == ("failed", (4, 0, 0, 4, 4))
    assert "loans 4" in report["message"] and "answer apply" in report["message"]
    assert shelf.retention(**BRAKE)["held"] == ["loans"]


def test_abort_ends_the_run_and_the_next_one_asks_again(shelf: Library) -> None:
    with pytest.raises(Aborted):
        answered(shelf, "abort")
    assert len(loans(shelf)) == 5
    assert shelf.retention(**BRAKE)["state"] == "waiting"


def test_what_stays_locked_is_left_and_makes_the_run_failed(shelf: Library) -> None:
    with connect(shelf.database_url) as desk:
        desk.execute("SELECT FROM library.loan WHERE loan_number = 'L2' FOR UPDATE")
        report = shelf.retention()
    assert (report["state"], numbers(report, "loans")) == ("failed", (4, 3, 0, 1, 1))
    assert "loans 1" in report["message"] and "locked" in report["message"]
    assert (shelf.retention()["state"], loans(shelf)) == ("done", ["L5"])


def test_what_is_locked_for_a_while_is_tried_again(shelf: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    with connect(shelf.database_url) as desk:
        desk.execute("SELECT FROM library.loan WHERE loan_number = 'L2' FOR UPDATE")
        monkeypatch.setattr(retention_run.time, "sleep", lambda _: desk.rollback())
        report = shelf.retention()
    assert (report["state"], numbers(report, "loans")) == ("done", (4, 4, 0, 0, 0))


def test_a_legal_hold_keeps_what_is_due_and_is_no_failure(shelf: Library) -> None:
    shelf.connection.execute("INSERT INTO library.legal_hold VALUES ('P1', 'police', %s)", [LONG_AGO])
    report = shelf.retention()
    assert (report["state"], numbers(report, "loans")) == ("done", (4, 0, 4, 0, 0))


def test_a_run_that_is_killed_has_recorded_what_went_and_the_next_one_does_the_rest(
    shelf: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = retention.remove_batch, []

    def die_at_the_second_batch_of_loans(connection: Any, rule: Any, *args: Any, **more: Any) -> Any:
        calls.append(rule.name)
        if calls.count("loans") == 2:
            raise KeyboardInterrupt
        return real(connection, rule, *args, **more)

    monkeypatch.setattr(retention, "remove_batch", die_at_the_second_batch_of_loans)
    with pytest.raises(KeyboardInterrupt):
        shelf.retention()
    monkeypatch.undo()
    ((removed,),) = shelf.rows("SELECT removed FROM sync.retention_outcome WHERE rule = 'loans'")
    assert (removed, len(loans(shelf))) == (2, 3)
    report = shelf.retention()
    assert (report["state"], numbers(report, "loans"), loans(shelf)) == ("done", (2, 2, 0, 0, 0), ["L5"])
    assert ("killed",) in shelf.rows("SELECT state FROM sync.run")


def test_a_connection_that_is_lost_in_mid_batch_loses_and_doubles_nothing(
    shelf: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = retention.remove_batch, []

    def lose_the_connection(connection: Any, rule: Any, *args: Any, **more: Any) -> Any:
        calls.append(rule.name)
        batch = real(connection, rule, *args, **more)
        if calls.count("loans") == 2:
            shelf.rows("SELECT pg_terminate_backend(%s, 5000)", connection.info.backend_pid)
        return batch

    monkeypatch.setattr(retention, "remove_batch", lose_the_connection)
    report = shelf.retention()
    assert (report["state"], numbers(report, "loans"), loans(shelf)) == ("done", (4, 4, 0, 0, 0), ["L5"])


def test_a_second_brake_in_one_run_asks_anew(shelf: Library) -> None:
    """Patrons who are gone are kept by their loans: their own brake can hold only when those have been let go."""
    for number in range(2, 8):
        shelf.enrol(f"P{number}", None, gone_on=LONG_AGO)
        lend(shelf, f"G{number}", returned=LONG_AGO)
        shelf.connection.execute(
            "UPDATE library.loan SET patron_number = %s WHERE loan_number = %s", [f"P{number}", f"G{number}"]
        )
    held = shelf.retention(**BRAKE)
    assert held["held"] == ["loans"]
    store.answer(shelf.connection, held["run"], "apply", "a test")
    held = shelf.retention(**BRAKE)
    assert (held["state"], held["held"], loans(shelf)) == ("waiting", ["patrons_gone"], ["L5"])
    store.answer(shelf.connection, held["run"], "apply", "a test")
    report = shelf.retention(**BRAKE)
    assert (report["state"], report["changes"]) == ("done", {"patron.deleted": 6})
    assert shelf.rows("SELECT patron_number FROM library.patron") == [("P1",)]


def test_two_runs_at_once_do_it_once(shelf: Library) -> None:
    for number in range(10, 60):
        lend(shelf, f"L{number}", returned=LONG_AGO)
    reports: list[dict[str, Any]] = []
    runs = [threading.Thread(target=lambda: reports.append(shelf.retention())) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [report["state"] for report in reports] == ["done", "done"]
    assert sum(of(report, "loans")["removed"] for report in reports) == 54
    assert all(one["due"] == one["removed"] + one["held"] + one["skipped"] for r in reports for one in r["rules"])


def test_a_promise_that_a_setting_lengthens_is_said_loudly(shelf: Library) -> None:
    report = shelf.retention(retention_loans_days=60, retention_balances_days=14, retention_change_feed_days=200)
    (warning,) = report["warnings"]
    assert "loans" in warning and "30 days" in warning and "60 days" in warning and "RETENTION_LOANS_DAYS" in warning
    assert loans(shelf) == ["L1", "L2", "L3", "L4", "L5"]


def test_what_is_loaded_while_a_run_removes_goes_in_it(shelf: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    proof = retention.overdue

    def load_late(rule: Any, *args: Any, **more: Any) -> Any:
        if not loans(shelf)[1:] and ("L7",) not in shelf.rows("SELECT number FROM sync.forgotten"):
            lend(shelf, "L7", returned=LONG_AGO)
        return proof(rule, *args, **more)

    monkeypatch.setattr(retention, "overdue", load_late)
    report = shelf.retention()
    assert (report["state"], numbers(report, "loans"), loans(shelf)) == ("done", (5, 5, 0, 0, 0), ["L5"])


def test_a_consumer_that_has_not_read_for_long_is_declared_dead_loudly(shelf: Library) -> None:
    shelf.connection.execute("INSERT INTO sync.consumer (consumer, read_at) VALUES ('kiosk', %s)", [date(2025, 1, 1)])
    (warning,) = shelf.retention()["warnings"]
    assert "kiosk" in warning and "DEAD" in warning
    assert shelf.retention()["warnings"] == []


def test_who_only_looks_can_change_nothing(shelf: Library) -> None:
    with (
        connect(shelf.database_url, autocommit=True) as connection,
        pytest.raises(ReadOnlySqlTransaction),
        only_looking(connection),
    ):
        connection.execute("DELETE FROM library.loan")


def test_lost_items_without_a_bill_are_counted(shelf: Library) -> None:
    lend(shelf, "L9", lost=LONG_AGO)
    report = shelf.retention()
    assert (report["lost_unbilled"], loans(shelf)) == (1, ["L5", "L9"])
