"""`patronsync retention` as it is typed: exit codes, what is printed, and that no title or text is."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from mappers.retention import RULES
from tests.fixtures.library import DAY, Library
from tests.fixtures.prefect import PrefectServer

TODAY = ("--today", DAY.isoformat())
LONG_AGO = DAY - timedelta(days=40)
SECRETS = ("Recognizable Title", "L1", "M1", "P1")


@pytest.fixture
def shelf(library: Library) -> Library:
    """Four loans of one patron that are over long ago, one that is not, and a message."""
    library.settings = library.settings.model_copy(update={"brake_retention_removed_more_than": 2})
    library.enrol("P1", None)
    library.connection.execute(
        "INSERT INTO library.loan (loan_number, patron_number, item_number, title, lent_at, returned_at) "
        "SELECT 'L' || n, 'P1', 'I1', %s, %s, CASE WHEN n < 5 THEN %s::date END FROM generate_series(1, 5) AS n",
        [SECRETS[0], LONG_AGO, LONG_AGO],
    )
    library.connection.execute(
        "INSERT INTO library.message (message_number, patron_number, channel, kind, sent_at, text) "
        "VALUES ('M1', 'P1', 'sms', 'reminder', %s, %s)",
        [LONG_AGO, SECRETS[0]],
    )
    return library


def said(library: Library, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON of a command; nothing of what it is about is printed."""
    code, out = library.command("retention", *arguments, *TODAY, "--json")
    assert not [secret for secret in SECRETS if secret in out + library.errors]
    return code, json.loads(out)


def of(report: dict[str, Any], rule: str) -> dict[str, Any]:
    """What a report says of one rule."""
    return next(one for one in report["rules"] if one["rule"] == rule)


def test_retention_from_proof_to_question_to_proof(shelf: Library, prefect_api: PrefectServer) -> None:
    shelf.settings._prefect.update(prefect_api.environment())
    code, found = said(shelf, "--verify")
    assert (code, found["ok"], of(found, "loans")["overdue"], of(found, "messages")["overdue"]) == (1, False, 4, 1)
    code, report = said(shelf, "--dry-run")
    assert (code, report["state"], report["held"], of(report, "messages")["removed"]) == (1, "incomplete", ["loans"], 1)

    code, report = said(shelf)
    assert (code, report["state"], report["held"], of(report, "messages")["removed"]) == (3, "waiting", ["loans"], 1)
    assert "rows that the rule loans works on" in shelf.command("approvals")[1]
    assert shelf.command("approvals", "answer", str(report["run"]), "apply")[0] == 0
    code, out = shelf.command("retention", *TODAY)
    assert (code, "loans" in out, SECRETS[0] in out) == (0, True, False), shelf.errors
    assert shelf.rows("SELECT loan_number FROM library.loan") == [("L5",)]
    code, found = said(shelf, "--verify")
    assert (code, found["ok"], found["message"]) == (0, True, f"Nothing is overdue on {DAY}.")


def test_the_rules_are_explained_in_both_languages(shelf: Library) -> None:
    code, found = said(shelf, "--explain")
    assert (code, [one["rule"] for one in found["rules"]]) == (0, [rule.name for rule in RULES])
    loans = of(found, "loans")
    assert (loans["due"], loans["source"], loans["promise"], loans["period"], loans["unit"]) == (
        4,
        "notice",
        True,
        30,
        "days",
    )
    assert loans["cut_off"] == (DAY - timedelta(days=30)).isoformat()
    shelf.settings = shelf.settings.model_copy(update={"retention_loans_days": 60})
    for language, words in (
        ("da", "privatlivspolitikken lover 30 dage"),
        ("en", "the privacy notice promises 30 days"),
    ):
        code, out = shelf.command("retention", "--explain", "--language", language, *TODAY)
        assert (code, words in out) == (0, True), out
    assert len(shelf.rows("SELECT FROM library.loan")) == 5


def test_any_day_can_be_verified_and_a_day_ahead_is_wrong_usage_of_a_run(shelf: Library) -> None:
    ahead = ("--today", "2099-01-01")
    assert shelf.command("retention", "--verify", *ahead)[0] == 1
    assert shelf.command("retention", "--verify", "--explain")[0] == 2
    assert shelf.command("retention", "--language", "da")[0] == 2
