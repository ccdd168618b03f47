"""Each rule, corner by corner: not before its day, on its day, and the proof says the same."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest

from db.retention import store
from db.retention.store import Outcome
from mappers.retention import (
    ACCESS_LOG,
    BALANCES,
    LOANS,
    LOST_ITEM,
    MESSAGES,
    PATRONS_GONE,
    RESERVATIONS,
    RULES,
    RUN_RECORDS,
    Rule,
)
from tests.db.retention.cases import CASES, Case
from tests.db.retention.histories import History, at

NEVER = "2027-12-31"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule.name}: {case.what}")
def test_a_row_goes_on_its_day_and_not_before(history: History, case: Case) -> None:
    case.happens(history)
    if case.due is None:
        assert history.night(case.rule, NEVER).told == (0, 0, 0)
        return
    eve = (date.fromisoformat(case.due) - timedelta(days=1)).isoformat()
    assert history.night(case.rule, eve).told == (0, 0, 0)
    assert history.night(case.rule, case.due).told == (case.rows, 0, 0)
    assert history.night(case.rule, case.due).told == (0, 0, 0)


ON_HOLD = [
    case
    for case in CASES
    if case.due and case.rule is not PATRONS_GONE and case.what not in {"ended", "killed", "guardian looked up"}
]
"""Of patrons who are gone a test of its own; a run names no patron, nor does the look-up of a guardian."""


@pytest.mark.parametrize("case", ON_HOLD, ids=lambda case: f"{case.rule.name}: {case.what}")
def test_a_legal_hold_keeps_it_from_the_day_it_is_placed_until_the_day_before_it_is_lifted(
    history: History, case: Case
) -> None:
    case.happens(history)
    due = date.fromisoformat(case.due or "")
    history.hold((due + timedelta(days=1)).isoformat(), (due + timedelta(days=3)).isoformat())
    history.hold((due + timedelta(days=2)).isoformat(), (due + timedelta(days=2)).isoformat())  # none at all
    for day in (1, 2):
        assert history.night(case.rule, (due + timedelta(days=day)).isoformat()).told == (0, case.rows, 0)
    assert history.night(case.rule, (due + timedelta(days=3)).isoformat()).told == (case.rows, 0, 0)


def test_a_hold_that_lies_ahead_keeps_nothing_yet(history: History) -> None:
    history.loan("2025-10-01")
    history.hold("2025-11-01")
    assert history.night(LOANS, "2025-10-31").told == (1, 0, 0)


def test_a_hold_on_another_patron_keeps_nothing_here(history: History) -> None:
    history.add("patron", patron_number="Q")
    history.hold("2020-01-01", patron="Q")
    history.loan("2025-10-01")
    history.loan("2025-10-01", patron="Q")
    assert history.night(LOANS, "2025-10-31").told == (1, 1, 0)


def test_a_period_of_none_is_over_on_the_very_day(history: History) -> None:
    history.settled("2025-10-20 23:00", "2025-10-20 23:30", history.loan("2025-10-20 00:10"))
    history.message("2025-10-20 23:59", text="T")
    none = {rule.name: 0 for rule in RULES}
    assert history.night(LOANS, "2025-10-19", none).told == (0, 0, 0)
    for rule in (MESSAGES, LOANS, BALANCES):
        assert history.night(rule, "2025-10-20", none).told == (1, 0, 0)


def test_a_longer_period_keeps_longer(history: History) -> None:
    history.loan("2025-10-01")
    assert history.night(LOANS, "2025-10-31", {"loans": 31}).told == (0, 0, 0)
    assert history.night(LOANS, "2025-11-01", {"loans": 31}).told == (1, 0, 0)


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_days_are_those_of_denmark_in_any_zone_of_the_server(history: History, rule: Rule, zone: str) -> None:
    history.connection.execute("SELECT set_config('TimeZone', %s, true)", [zone])
    cases = [case for case in CASES if case.rule is rule and case.due]
    for case in cases:
        with history.connection.transaction(force_rollback=True):
            case.happens(history)
            eve = (date.fromisoformat(case.due or "") - timedelta(days=1)).isoformat()
            assert history.night(rule, eve).told == (0, 0, 0), case.what
            assert history.night(rule, case.due or "").told == (case.rows, 0, 0), case.what


def test_what_a_replay_has_still_ahead_stays(history: History) -> None:
    history.reservation("2025-10-02")
    history.settled("2025-10-01", "2025-11-20", history.loan("2025-10-01"))
    assert history.night(RESERVATIONS, "2025-10-01").told == (0, 0, 0)
    assert history.night(LOANS, "2025-11-19").told == (0, 0, 0)


ORDERS = list(itertools.permutations((LOANS, BALANCES, MESSAGES)))


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: " ".join(rule.name for rule in order))
def test_loans_charges_payments_and_messages_go_in_any_order(history: History, order: tuple[Rule, ...]) -> None:
    loan = history.loan("2025-10-01")
    history.settled("2025-10-02", "2025-10-10", loan)
    late = history.settled("2025-10-02", "2025-10-12", loan)
    early = history.message("2025-10-03", loan_number=loan, text="T")
    for day in ("2025-11-08", "2025-11-09", "2025-11-10", "2025-11-11"):
        for rule in order:
            history.night(rule, day)
    assert history.rows("SELECT loan_number FROM library.loan") == []
    assert (
        history.rows("SELECT charge_number FROM library.charge UNION SELECT payment_number FROM library.payment") == []
    )
    assert history.rows("SELECT message_number FROM library.message WHERE loan_number IS NULL AND text IS NULL") == [
        early
    ]
    remembered = history.rows("SELECT number FROM sync.forgotten WHERE kind = 'charge' AND day = '2025-11-11'")
    assert remembered == [late]


def test_where_the_loan_goes_first_its_charges_and_messages_lose_the_link(history: History) -> None:
    loan = history.loan("2025-10-01")
    charge = history.settled("2025-10-02", "2025-10-10", loan)
    message = history.message("2025-10-20", loan_number=loan, text="T")
    assert history.night(LOANS, "2025-10-10", {"loans": 0}).told == (1, 0, 0)
    rows = "SELECT charge_number FROM library.charge WHERE loan_number IS NULL"
    assert history.rows(rows + " UNION SELECT message_number FROM library.message WHERE loan_number IS NULL") == [
        charge,
        message,
    ]


def test_a_redacted_message_keeps_its_number_channel_kind_time_and_patron_and_a_second_pass_changes_nothing(
    history: History,
) -> None:
    number = history.message("2025-10-01", loan_number=history.loan(), item_number="I", title="T", author="A", text="X")
    look = "SELECT xmin::text, to_jsonb(message) - 'sent_at' FROM library.message"
    assert history.night(MESSAGES, "2025-10-31").told == (1, 0, 0)
    [(version, kept)] = history.rows(look)
    assert {name for name, value in kept.items() if value is not None} == {
        *("message_number", "patron_number", "channel", "kind")
    }
    assert history.rows("SELECT sent_at FROM library.message") == [at("2025-10-01")]
    assert history.night(MESSAGES, "2025-12-31").told == (0, 0, 0)
    assert history.rows(look) == [(version, kept)]
    assert history.rows("SELECT number FROM sync.forgotten WHERE kind = 'message'") == [number]


def test_a_message_of_a_kind_declared_to_name_no_material_keeps_its_text_and_nothing_else(history: History) -> None:
    text = history.message("2025-10-01", "opening hours", text="closed on Monday")
    for column in ("item_number", "title", "author"):
        history.message("2025-10-01", "opening hours", text="about T", **{column: "T"})
    history.message("2025-10-01", "overdue", text="about T")
    night = history.night(MESSAGES, "2025-10-31", kinds_without_material=["opening hours"])
    assert night.told == (4, 0, 0)
    assert history.rows("SELECT message_number FROM library.message WHERE text IS NOT NULL") == [text]
    assert history.night(MESSAGES, "2025-10-31").told == (1, 0, 0)


def test_numbers_of_what_went_are_remembered_for_13_months_with_no_patron(history: History) -> None:
    loan = history.loan("2025-10-01")
    charge = history.settled("2025-09-30", "2025-10-01")
    reservation = history.reservation("2025-10-01")
    for rule in (LOANS, BALANCES, RESERVATIONS):
        assert history.night(rule, "2025-10-31").told == (1, 0, 0)
    payment = str(int(charge) + 1)
    day = date(2025, 10, 31)
    look = "SELECT kind, number, day FROM sync.forgotten ORDER BY kind"
    assert history.rows(look) == [
        *(("charge", charge, day), ("loan", loan, day)),
        *(("payment", payment, day), ("reservation", reservation, day)),
    ]
    for rule in (LOANS, BALANCES, RESERVATIONS):
        history.night(rule, "2026-11-29")
    assert len(history.rows(look)) == 4
    for rule in (LOANS, BALANCES, RESERVATIONS):
        history.night(rule, "2026-12-01")
    assert history.rows(look) == []


@pytest.mark.parametrize("moment", ["0001-01-01 00:00+14", "0044-03-15 12:00 BC", "-infinity"])
def test_a_moment_before_all_calendars_of_python_goes_like_any_other(history: History, moment: str) -> None:
    history.add("message", message_number="M", patron_number="P", channel="sms", kind="k", sent_at=moment, text="T")
    history.add("message", message_number="N", patron_number="P", channel="sms", kind="k", sent_at=moment, title="T")
    history.add("reservation", reservation_number="R", patron_number="P", reserved_at=moment, deleted_at=moment)
    history.add("loan", loan_number="L", patron_number="P", item_number="I", lent_at=moment, returned_at=moment)
    for rule, rows in ((MESSAGES, 2), (RESERVATIONS, 1), (LOANS, 1)):
        assert history.night(rule, "2025-12-01").told == (rows, 0, 0)


def test_a_lost_item_that_nobody_has_billed_is_counted(history: History) -> None:
    history.loan(lost="2025-10-01")
    history.loan("2025-10-05", lost="2025-10-01")
    history.settled("2025-10-02", "2025-10-02", history.loan(lost="2025-10-01"), LOST_ITEM)
    assert store.count_unbilled(history.connection) == 1


def test_the_record_of_a_run_is_what_was_told_last_and_past_runs_are_listed_without_dry_ones(history: History) -> None:
    outcomes = [Outcome("loans", date(2025, 10, 1), 3, removed, 1, 0, 0, 0.5) for removed in (1, 2)]
    for dry_run in (False, True, False):
        history.add("run", flow="retention-cleanup", today="2025-10-31", dry_run=dry_run)
    runs = history.rows("SELECT run_id FROM sync.run ORDER BY run_id")
    for run_id in runs:
        for outcome in outcomes:
            store.record(history.connection, run_id, outcome)
    assert store.recorded(history.connection, runs[0]) == {"loans": outcomes[1]}
    past = store.past_outcomes(history.connection, 30)
    assert [(one.run_id, one.removed, one.today) for one in past] == [
        (runs[0], 2, date(2025, 10, 31)),
        (runs[2], 2, date(2025, 10, 31)),
    ]
    assert [one.run_id for one in store.past_outcomes(history.connection, 1)] == [runs[2]]


def test_the_rows_that_a_brake_takes_its_share_of_are_counted_once_a_table(history: History) -> None:
    history.message("2025-10-01", text="T")
    history.message("2025-10-01", title="T")
    assert store.count_rows(history.connection, MESSAGES) == 2
    assert store.count_rows(history.connection, LOANS) == 0


def test_consumers_that_are_away_for_too_long_are_declared_dead_once(history: History) -> None:
    history.add("consumer", consumer="kiosk", read_at=at("2025-10-01 23:59"))
    history.add("consumer", consumer="website", read_at=at("2025-10-02 00:01"))
    assert store.declare_dead(history.connection, date(2026, 3, 29)) == []
    assert store.declare_dead(history.connection, date(2026, 3, 30)) == ["kiosk"]
    assert store.declare_dead(history.connection, date(2026, 3, 30)) == []


def test_a_run_goes_with_its_batches_questions_and_outcomes(history: History) -> None:
    history.add("run", flow="registry-refresh", today="2025-10-01", state="done", ended_at=at("2025-10-01"))
    [run_id] = history.rows("SELECT run_id FROM sync.run")
    history.connection.execute("INSERT INTO sync.batch (run_id, batch_number) VALUES (%s, 1)", [run_id])
    history.connection.execute("INSERT INTO sync.approval (run_id, flow, rule) VALUES (%s, 'f', 'r')", [run_id])
    store.record(history.connection, run_id, Outcome("loans", date(2025, 10, 1), 0, 0, 0, 0, 0, 0.0))
    assert history.night(RUN_RECORDS, "2025-12-30").told == (1, 0, 0)
    for table in ("batch", "approval", "retention_outcome"):
        assert history.rows(f"SELECT count(*) FROM sync.{table}") == [0]


def test_an_empty_month_of_the_access_log_goes_when_it_is_over_for_good(history: History) -> None:
    for day in ("2024-09-01", "2024-10-01", "2025-10-01"):
        history.connection.execute("SELECT sync.ensure_access_partition(%s)", [day])
    for moment in ("2024-09-30", "2024-10-01", "2025-10-01"):
        history.add("registry_access", patron_number="P", asked_at=at(moment), purpose="refresh", outcome="unchanged")
    parts = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'sync.registry_access'::regclass"
    assert history.night(ACCESS_LOG, "2025-10-01").told == (2, 0, 0)
    assert "sync.registry_access_2024_09" in history.rows(parts), "its last day may still be written in another zone"
    assert history.night(ACCESS_LOG, "2025-10-02").told == (0, 0, 0)
    assert set(history.rows(parts)) == {f"sync.registry_access_{part}" for part in ("2024_10", "2025_10", "default")}
    assert history.night(ACCESS_LOG, "2026-10-01").told == (1, 0, 0)
