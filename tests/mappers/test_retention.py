"""The declared rules of retention, and what their clocks read from one row's history (others: tests/db/retention)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappers import retention
from mappers.plausibility import retention_verdict
from mappers.retention import (
    ACCESS_LOG,
    LOANS,
    LOST_ITEM,
    RULES,
    LoanCharge,
    Material,
    Payment,
    cut_off,
    ended_on,
    falls_due,
    is_about_to_be_dead,
    is_dead,
    is_held,
    months_before,
    names_material,
    over_on,
    settled_on,
)

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)
TEN = Decimal(10)


def days(number: int) -> timedelta:
    return timedelta(days=number)


def test_the_promises_are_those_of_the_notice():
    promised = {rule.name: (rule.period, rule.unit) for rule in RULES if rule.promise}
    assert promised == {
        "messages": (30, "days"),
        "reservations": (0, "days"),
        "loans": (30, "days"),
        "balances": (30, "days"),
    }


def test_the_other_periods_are_the_library_s_own():
    own = {rule.name: (rule.period, rule.unit) for rule in RULES if not rule.promise}
    assert own == {
        "patrons_gone": (0, "days"),
        "guardians": (30, "days"),
        "access_log": (12, "months"),
        "change_feed": (90, "days"),
        "run_records": (90, "days"),
    }


@given(st.dates(), st.sampled_from([(LOANS, 0), (LOANS, 30), (ACCESS_LOG, 0), (ACCESS_LOG, 1), (ACCESS_LOG, 12)]))
def test_a_row_falls_due_on_the_first_day_whose_cut_off_has_come_to_its_clock_day(clock_day, rule_and_period):
    rule, period = rule_and_period
    due = falls_due(rule, period, clock_day)
    assert due == date.max or cut_off(rule, period, due) >= clock_day
    assert due == date.min or cut_off(rule, period, due - days(1)) < clock_day


def test_a_row_of_the_last_of_a_month_falls_due_on_the_first_after_a_shorter_one():
    assert falls_due(ACCESS_LOG, 1, date(2026, 1, 31)) == date(2026, 3, 1)
    assert falls_due(ACCESS_LOG, 12, date(2024, 2, 29)) == date(2025, 3, 1)
    assert falls_due(ACCESS_LOG, 12, date(9999, 5, 1)) == date.max


def test_a_setting_is_named_after_its_rule_and_unit():
    assert (LOANS.setting, LOANS.field) == ("RETENTION_LOANS_DAYS", "retention_loans_days")
    assert ACCESS_LOG.setting == "RETENTION_ACCESS_LOG_MONTHS"


def test_a_promise_alone_can_be_lengthened_past_what_was_said():
    assert [LOANS.is_lengthened(period) for period in (0, 30, 31)] == [False, False, True]
    assert not ACCESS_LOG.is_lengthened(120)


def test_thirty_days_after_is_thirty_days_after():
    assert cut_off(LOANS, 30, DAY) + days(30) == DAY
    assert cut_off(LOANS, 0, DAY) == DAY
    assert cut_off(LOANS, 10_000_000, DAY) == date.min


@pytest.mark.parametrize(
    "today, before",
    [
        ("2026-03-02", "2025-03-02"),
        ("2025-02-28", "2024-02-28"),
        ("2025-03-01", "2024-03-01"),
        ("2024-02-29", "2023-02-28"),
    ],
)
def test_twelve_months_before_is_the_same_day_or_the_last_of_its_month(today, before):
    assert cut_off(ACCESS_LOG, 12, date.fromisoformat(today)) == date.fromisoformat(before)


def test_months_reach_over_years_and_no_further_than_there_are_days():
    assert months_before(date(2026, 1, 31), 1) == date(2025, 12, 31)
    assert months_before(date(2026, 3, 31), 13) == date(2025, 2, 28)
    assert months_before(DAY, 12 * 3000) == date.min


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 40))
def test_a_later_day_never_lets_less_fall_due(day, months):
    assert months_before(day, months) <= months_before(day + days(1), months)


def test_a_charge_is_settled_by_the_payment_after_which_it_was_never_open():
    paid = [
        Payment(TEN, NOON),
        Payment(-TEN, NOON + days(2)),
        Payment(TEN, NOON + days(5)),
        Payment(TEN, NOON + days(9)),
    ]
    assert settled_on(TEN, NOON, paid[:1]) == DAY
    assert settled_on(TEN, NOON, paid[:2]) is None
    assert settled_on(TEN, NOON, reversed(paid)) == DAY + days(5)


def test_a_charge_is_not_settled_before_it_is_charged_nor_one_of_nothing_after_it():
    assert settled_on(TEN, NOON, [Payment(TEN, NOON - days(3))]) == DAY
    assert settled_on(Decimal(0), NOON, []) == DAY
    assert settled_on(Decimal(0), NOON, [Payment(TEN, NOON + days(1)), Payment(-TEN, NOON + days(2))]) == DAY


def test_a_loan_is_over_with_the_later_of_its_return_and_its_last_settlement():
    assert over_on(NOON, None, []) == DAY
    assert over_on(NOON, None, [LoanCharge("fee", DAY + days(3)), LoanCharge("fee", DAY)]) == DAY + days(3)
    assert over_on(NOON, None, [LoanCharge("fee", None)]) is None
    assert over_on(None, None, [LoanCharge(LOST_ITEM, DAY)]) is None


def test_a_lost_item_s_loan_is_over_when_its_bill_is_settled():
    assert over_on(None, NOON, []) is None
    assert over_on(None, NOON, [LoanCharge("fee", DAY)]) is None
    assert over_on(None, NOON, [LoanCharge(LOST_ITEM, DAY + days(1)), LoanCharge("fee", DAY)]) == DAY + days(1)


def test_a_reservation_ends_with_what_came_first():
    assert ended_on(None, None) is None
    assert ended_on(NOON, NOON - days(1)) == DAY - days(1)


def test_a_message_names_material_by_a_column_or_by_a_text_of_a_kind_that_may():
    assert names_material("overdue", Material(text="about it"), ())
    assert not names_material("overdue", Material(text="about it"), {"overdue"})
    assert names_material("overdue", Material(title="It", text="about it"), {"overdue"})
    assert not names_material("overdue", Material(), ())
    assert "about it" not in repr(Material(text="about it"))


def test_a_hold_lasts_from_its_day_until_the_first_free_one():
    assert [is_held(DAY, DAY + days(2), DAY + days(day)) for day in (-1, 0, 1, 2)] == [False, True, True, False]
    assert is_held(DAY, None, date.max)
    assert not is_held(DAY, DAY, DAY)


def test_a_consumer_is_dead_after_180_days_without_reading():
    assert not is_dead(DAY, DAY + days(179))
    assert is_dead(DAY, DAY + days(retention.CONSUMER_DEAD_DAYS))
    assert not is_about_to_be_dead(DAY, DAY + days(149))
    assert is_about_to_be_dead(DAY, DAY + days(150))


def test_the_brake_holds_past_its_share_and_its_number_together():
    assert retention_verdict("loans", 1000, 1000, 20, 1000) == []
    assert retention_verdict("loans", 1001, 5005, 20, 1000) == []
    [alarm] = retention_verdict("loans", 1001, 5004, 20, 1000)
    assert (alarm.rule, alarm.count, alarm.answers) == ("retention_removed_percent: loans", 1001, 5004)
