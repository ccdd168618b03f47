"""What is said of retention: periods, promises that a setting has lengthened, what is overdue, the report's chart."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import pytest

from db.retention.store import Outcome, Overdue, PastOutcome, Terms
from flows.reporting.refresh_report import Source
from flows.reporting.retention_explained import verified_json
from flows.reporting.retention_report import retention_markdown
from flows.reporting.retention_words import lengthened, overdue_message, period_words
from flows.settings import Settings, load
from flows.settings.names import variable
from flows.steps.retention_counts import RetentionCounts
from flows.wording import LANGUAGES, words
from mappers.retention import ACCESS_LOG, LOANS, RESERVATIONS, RULES

ENGLISH = words("en")


def outcome(rule: str = "loans", **numbers: int) -> Outcome:
    """An outcome of a rule."""
    names = {field.name: 0 for field in fields(Outcome)} | {"rule": rule, "cut_off": date(2026, 1, 31)} | numbers
    return Outcome(**names)  # type: ignore[arg-type]


def test_every_rule_has_a_setting_with_its_own_period():
    assert Settings().periods() == {rule.name: rule.period for rule in RULES}
    given = load({variable(LOANS.field): "14", "PATRONSYNC_MESSAGE_KINDS_WITHOUT_MATERIAL": "welcome, closing days"})
    assert (given.periods()["loans"], given.kinds_without_material()) == (14, ["welcome", "closing days"])


def test_a_period_may_be_nothing_but_not_less():
    assert load({variable(LOANS.field): "0"}).periods()["loans"] == 0
    with pytest.raises(Exception, match="PATRONSYNC_RETENTION_LOANS_DAYS"):
        load({variable(LOANS.field): "-1"})


def test_periods_are_said_in_days_and_months():
    assert [period_words(LOANS, days, ENGLISH) for days in (0, 1, 30)] == ["at once", "1 day", "30 days"]
    assert [period_words(ACCESS_LOG, months, ENGLISH) for months in (1, 12)] == ["1 month", "12 months"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_promises_that_are_lengthened_are_said(language):
    said = words(language)
    periods = Settings().periods()
    assert lengthened(periods, said) == []
    assert lengthened(periods | {"loans": 29, "change_feed": 1000, "access_log": 24}, said) == []
    loud = lengthened(periods | {"loans": 31, "reservations": 1}, said)
    assert [RESERVATIONS.setting in line or LOANS.setting in line for line in loud] == [True, True]


def test_what_is_overdue_is_told_with_the_reason_and_what_to_do():
    message = overdue_message({"loans": 3, "messages": 2, "balances": 1}, ["loans"], ["messages"], ENGLISH)
    left_out, locked, unexplained = message.split("; overdue")
    assert "loans 3" in left_out and "answer apply" in left_out
    assert "messages 2" in locked and "locked" in locked
    assert "balances 1" in unexplained and "report it" in unexplained


def test_the_proof_alone_names_what_is_overdue_and_what_legal_holds_keep():
    found = {rule.name: Overdue() for rule in RULES} | {"loans": Overdue(rows=0, held=3), "messages": Overdue(held=1)}
    terms = Terms(date(2026, 3, 2))
    kept = verified_json(terms, found, [], ENGLISH)
    assert (kept["ok"], kept["message"]) == (
        True,
        "Nothing is overdue on 2026-03-02. Legal holds keep what is due: messages 1, loans 3.",
    )
    found["loans"] = Overdue(rows=2)
    assert verified_json(terms, found, [], ENGLISH)["message"].startswith("Overdue on 2026-03-02: loans 2. Legal holds")


def test_the_report_has_a_table_and_a_bar_for_each_of_the_latest_runs():
    counts = RetentionCounts({"loans": outcome(due=12, removed=10, held=2)})
    report = {
        "run": 9,
        "today": "2026-03-02",
        "dry_run": False,
        "state": "done",
        "rules": counts.as_list(),
        "held": [],
        "lost_unbilled": 3,
        "changes": {},
        "warnings": ["LOUD"],
        "seconds": 0.1,
    }
    past = [
        PastOutcome("loans", date(2026, 1, 30), 8, 4, 0, 4, 4, 0.1, 8, date(2026, 3, 1)),
        PastOutcome("loans", date(2026, 1, 31), 12, 10, 2, 0, 0, 0.1, 9, date(2026, 3, 2)),
        PastOutcome("messages", date(2026, 1, 31), 5, 5, 0, 0, 0, 0.1, 9, date(2026, 3, 2)),
    ]
    text = retention_markdown(report, None, Source("here", "there", None), questions=[], past=past, said=ENGLISH)
    lines = text.splitlines()
    assert "| loans | 2026-01-31 | 12 | 10 | 2 | 0 | 0 | 0 |" in lines
    assert "- LOUD" in lines
    older, newer = [line.strip() for line in lines if line.startswith("    2026")]
    assert older.startswith("2026-03-01 (8)") and older.endswith("4 / 8  4 overdue")
    assert newer.startswith("2026-03-02 (9)") and newer.endswith("15 / 17")
