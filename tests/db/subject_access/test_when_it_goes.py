"""The day that a person is told is the day on which retention removes it, corner by corner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from db.connect import Connection
from db.subject_access.store import Subject, gather
from mappers.retention import CHANGE_FEED, GUARDIANS, PATRONS_GONE, RULES, RUN_RECORDS
from mappers.subject_access import HELD, NOT_YET, ON, STAYS, Going, Terms, fill_in
from tests.db.retention.cases import CASES, Case
from tests.db.retention.histories import History

PERIODS = {rule.name: rule.period for rule in RULES}
DAY = date(2025, 10, 15)

TOLD = [
    case
    for case in CASES
    if case.rule is not PATRONS_GONE  # of a patron it is said what has to be gone before
    and not (case.rule is RUN_RECORDS and not case.what.startswith("quarantine"))  # a run names nobody
    and not (case.rule is CHANGE_FEED and "read by one" in case.what)  # which is said beside it
    and case.what != "a patron"  # a guardian who is one is kept as long as the patron
]


def goings(connection: Connection, case: Case, today: date = DAY) -> Iterator[Going]:
    """When the rows that the rule removes go, as the person is told on a day."""
    [guardian] = connection.execute("SELECT min(guardian_id) FROM library.guardian").fetchone() or (None,)
    number = 7 if guardian is None else guardian  # 7: of whom the access log speaks
    subject = Subject(None, [number]) if case.rule is GUARDIANS or "guardian" in case.what else Subject("P", [])
    things = fill_in(gather(connection, subject, today), Terms(today, PERIODS))
    for record in (record for thing in things for lot in thing.lots for record in lot.records):
        if record.going is not None and record.going.rule is case.rule:
            yield record.going


@pytest.mark.parametrize("case", TOLD, ids=lambda case: f"{case.rule.name}: {case.what}")
def test_the_day_that_is_told_is_the_day_on_which_it_goes(history: History, case: Case) -> None:
    case.happens(history)
    told = {(going.code, going.day) for going in goings(history.connection, case)}
    if case.due is None:
        assert told <= {(NOT_YET, None), (STAYS, None)}
    else:
        assert told == {(ON, date.fromisoformat(case.due))}


def test_under_a_legal_hold_no_day_is_told(history: History) -> None:
    by_name = {f"{case.rule.name}: {case.what}": case for case in CASES}
    for name in ("loans: returned", "balances: settled", "reservations: deleted", "messages: title"):
        by_name[name].happens(history)
    history.hold("2025-10-01", "2025-10-20")
    for rule in ("loans: returned", "balances: settled", "reservations: deleted", "messages: title"):
        case = by_name[rule]
        assert {going.code for going in goings(history.connection, case)} == {HELD}
        assert {going.code for going in goings(history.connection, case, date(2025, 10, 20))} == {ON}


def test_a_legal_hold_on_a_child_keeps_the_guardian(history: History) -> None:
    history.link("0101701111", "2025-10-01")
    history.hold("2025-10-01", "2025-10-20")
    case = next(case for case in CASES if case.rule is GUARDIANS)
    assert [going.code for going in goings(history.connection, case)] == [NOT_YET]
    assert [going.code for going in goings(history.connection, case, date(2025, 10, 20))] == [ON]
