"""A rule that is broken turns the proof red: each of these mistakes leaves a row behind, and the proof finds it."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from db.retention import store
from db.statements import statement
from mappers.retention import RULES
from tests.db.retention.cases import CASES
from tests.db.retention.histories import History


class Mistake(NamedTuple):
    """A text in a rule's statement, and what stands there by mistake."""

    statement: str
    right: str
    wrong: str


DAY_LATE = "%(cut_off)s::date + 1", "%(cut_off)s::date"

MISTAKES = [
    Mistake("remove/loans", "over_on <= %(cut_off)s", "over_on < %(cut_off)s"),
    Mistake("remove/loans", "over_on <= %(cut_off)s", "over_on <= %(cut_off)s AND settled_on IS NULL"),
    Mistake("remove/loans", "over_on <= %(cut_off)s", "over_on <= %(cut_off)s AND returned_at IS NOT NULL"),
    Mistake("remove/loans", "over_on <= %(cut_off)s", "over_on <= %(cut_off)s AND lost_at IS NULL"),
    Mistake("remove/balances", "settled_on <= %(cut_off)s", "settled_on < %(cut_off)s"),
    Mistake("remove/balances", "loan_number IS NOT NULL AND loan_number NOT IN", "loan_number NOT IN"),
    Mistake("remove/balances", "settled_on <= %(cut_off)s", "settled_on <= %(cut_off)s AND amount > 0"),
    Mistake("remove/reservations", *DAY_LATE),
    Mistake("remove/reservations", "AND least(fulfilled_at, deleted_at) <", "AND fulfilled_at <"),
    Mistake("remove/reservations", "AND least(fulfilled_at, deleted_at) <", "AND greatest(fulfilled_at, deleted_at) <"),
    Mistake("remove/messages_material", *DAY_LATE),
    Mistake("remove/messages_material", "(loan_number, item_number, title, author) > 0", "(loan_number, title) > 0"),
    Mistake("remove/messages_material", "author = NULL, ", ""),
    Mistake("remove/messages_text", *DAY_LATE),
    Mistake("remove/messages_text", "text IS NOT NULL", "text <> ''"),
    Mistake("lock_gone_patrons", "gone_on <= %(cut_off)s AND", "gone_on < %(cut_off)s AND"),
    Mistake(
        "remove/patrons_gone",
        "AND patron_number NOT IN",
        "AND patron_number NOT IN (SELECT patron_number FROM library.charge) AND patron_number NOT IN",
    ),
    Mistake("remove/guardians", "link.valid_to > %(cut_off)s", "link.valid_to >= %(cut_off)s"),
    Mistake("remove/guardians", "custody.valid_to > %(today)s)", "custody.valid_to >= %(today)s)"),
    Mistake("remove/registry_access", *DAY_LATE),
    Mistake("remove/registry_access", "patron_number IS NULL OR ", ""),
    Mistake("remove/disclosures", *DAY_LATE),
    Mistake("remove/changes", *DAY_LATE),
    Mistake("remove/changes", "WHERE NOT pg_visible_in_snapshot(transaction_id, read_snapshot)", ""),
    Mistake("remove/changes", "sync.living_consumers(%(today)s, %(dead_days)s)", "sync.consumer"),
    Mistake("remove/runs", *DAY_LATE),
    Mistake("remove/runs", "state NOT IN ('running', 'waiting')", "state = 'done'"),
    Mistake("remove/quarantine", "closed_on <= %(cut_off)s", "closed_on < %(cut_off)s"),
]


def rows_left(history: History, mistake: Mistake) -> int:
    """Rows that the proof finds, over all corners of the rule that the statement serves, each on its day."""
    part = mistake.statement.rpartition("/")[2].replace("lock_gone_patrons", "patrons_gone")
    rule = next(rule for rule in RULES if part in {part.name for part in rule.parts})
    found = 0
    for case in CASES:
        if case.rule is rule and case.due:
            with history.connection.transaction(force_rollback=True):
                case.happens(history)
                found += history.night(rule, case.due).after.rows
    return found


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake.statement}: {mistake.wrong}")
def test_the_proof_finds_what_a_mistake_leaves(
    history: History, mistake: Mistake, monkeypatch: pytest.MonkeyPatch
) -> None:
    history.add("patron", patron_number="H")
    history.hold("2020-01-01", patron="H")

    def mistaken(name: str) -> str:
        text = statement(name)
        if name == f"retention/{mistake.statement}":
            assert mistake.right in text
            return text.replace(mistake.right, mistake.wrong)
        return text

    monkeypatch.setattr(store, "statement", mistaken)
    assert rows_left(history, mistake) > 0


CLOCKS = [
    ("sync.sum_up_loans(text[])", "FILTER (WHERE charge.settled_on IS NULL)", ""),
    ("sync.sum_up_loans(text[])", "charge.kind = 'lost item'", "charge.kind = 'lost'"),
    ("sync.settle_charges(text[])", "ELSE min(paid.paid_at)", "ELSE max(paid.paid_at)"),
    (
        "sync.settle_charges(text[])",
        "greatest(moment, charged_at)",
        "(greatest(moment, charged_at) + interval '1 day')",
    ),
]
"""Of what keeps the clocks: a function, a text in it, and what stands there by mistake."""


@pytest.mark.parametrize("function, right, wrong", CLOCKS, ids=[f"{name}: {right}" for name, right, _ in CLOCKS])
def test_the_proof_finds_what_a_clock_that_is_wrong_leaves(
    history: History, function: str, right: str, wrong: str
) -> None:
    [text] = history.rows("SELECT pg_get_functiondef(%s::regprocedure)", function)
    assert right in text
    history.connection.execute(text.replace(right, wrong))
    assert rows_left(history, Mistake("remove/loans", "", "")) + rows_left(history, Mistake("remove/balances", "", ""))
