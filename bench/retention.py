"""3,000,000 loans of which a third is due, removed batch by batch beside a desk at work; and a night with none due.

`ours` removes by the rule `loans` as the flow does, batch after batch until none is left. `single` is what one would
write by hand: one DELETE of the same loans, which remembers no number and knows no hold. Each has a fresh copy of the
same library, and a desk (desk.py) that renews loans all the while, due ones among them; before each, the desk alone.

A night with none due counts and removes nothing, in libraries of 3,000,000 and of 300,000 loans that are open, lost,
returned of late, or returned long ago with something unpaid. The proof at a run's end is in none of the figures: it
reads the whole table, since it trusts nothing that the rule goes by.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from pydantic import SecretStr

from bench.desk import LONGEST_WAIT, p99
from bench.people import DAY
from bench.place import Place, settle
from bench.processes import process
from bench.results import Figure, ratio
from bench.sizes import Sizes
from db.connect import connect
from db.session import Session
from flows.reporting.refresh_report import Source
from flows.settings import Settings
from flows.steps.begin_retention import begin
from flows.steps.worker import Worker

ROUNDS = 3
NIGHTS = 7
BORROWERS = 10  # loans a patron

PATRONS = """
    INSERT INTO library.patron (patron_number)
    SELECT 'P' || number FROM generate_series(0, %(loans)s / %(each)s) AS number
"""
LOANS = """
    INSERT INTO library.loan (loan_number, patron_number, item_number, title, author, lent_at, due_on, returned_at,
                              lost_at)
    SELECT 'U' || lpad(number::text, 9, '0'), 'P' || number / %(each)s, 'E' || number * 7919::bigint %% 1000003,
           'Titel ' || number %% 50021, 'Forfatter ' || number %% 7001,
           %(day)s::timestamptz - interval '90 days', %(day)s::date - 60,
           CASE WHEN number %% 3 = 0 AND (%(due)s OR number %% 100 = 0)
                THEN %(day)s::timestamptz - (32 + number %% 30) * interval '1 day'
                WHEN number %% 3 = 1 THEN %(day)s::timestamptz - number %% 20 * interval '1 day' END,
           CASE WHEN number %% 1000 = 2 THEN %(day)s::timestamptz - interval '40 days' END
    FROM generate_series(0, %(loans)s - 1) AS number
"""
CHARGES = """
    INSERT INTO library.charge (charge_number, patron_number, loan_number, kind, amount, charged_at)
    SELECT 'G' || loan_number, patron_number, loan_number, 'overdue', 20, lent_at + interval '31 days'
    FROM library.loan WHERE right(loan_number, 2) IN ('00', '25', '50', '75')
"""
PAYMENTS = """
    INSERT INTO library.payment (payment_number, charge_number, amount, paid_at)
    SELECT 'B' || loan_number, charge_number, amount, charged_at + interval '1 day'
    FROM library.charge WHERE right(loan_number, 2) <> '00'
"""
MESSAGES = """
    INSERT INTO library.message (message_number, patron_number, channel, kind, sent_at, loan_number, title)
    SELECT 'M' || loan_number, patron_number, 'sms', 'due soon', %(day)s::timestamptz - interval '10 days', loan_number,
           title
    FROM library.loan WHERE right(loan_number, 1) = '1'
"""
SINGLE = """
    DELETE FROM library.loan
    WHERE returned_at < %s AND NOT EXISTS (
        SELECT FROM library.charge WHERE charge.loan_number = loan.loan_number
        AND charge.amount > (SELECT coalesce(sum(payment.amount), 0) FROM library.payment
                             WHERE payment.charge_number = charge.charge_number))
"""

ALONE = 5.0
"""Seconds for which the desk is watched while nothing else goes on."""


@dataclass
class Beside:
    """What the desk saw while something went on, and how long that took."""

    seconds: float
    taken: list[float] = field(default_factory=list)
    waits: int = 0


def measure(sizes: Sizes, place: Place) -> Iterator[Figure]:
    """The five figures of retention."""
    ours: list[Beside] = []
    singles: list[Beside] = []
    alone: list[Beside] = []
    with _library(place, sizes.loans, due=True) as library:
        for _ in range(min(ROUNDS, sizes.rounds)):
            for done, work in ((ours, _by_rule), (singles, _in_one)):
                with place.copy(library) as url, process("bench.desk", "desk", url, sizes.loans) as desk:
                    _settle(url)
                    alone.append(_beside(desk, place, lambda: time.sleep(min(ALONE, sizes.loans / 10_000))))
                    done.append(_beside(desk, place, lambda url=url, work=work: work(url)))
    loans = f"{sizes.loans:,} loans of which a third is due"
    seconds = [[beside.seconds for beside in those] for those in (singles, ours)]
    yield Figure(
        f"{loans}, removed by the rule against a single DELETE",
        ratio(*seconds),
        "times",
        "at least",
        0.35,
        f"seconds: {median(seconds[1]):.1f}; single {median(seconds[0]):.1f}",
    )
    quiet, beside = ([p99(one.taken) for one in those] for those in (alone[::2], ours))
    yield Figure(
        "a loan renewed meanwhile, p99, against alone",
        ratio(beside, quiet),
        "times",
        "at most",
        5,
        f"milliseconds: {1000 * median(beside):.2f}; alone {1000 * median(quiet):.2f}; "
        f"longest {1000 * max(max(one.taken) for one in ours):.0f}, "
        f"beside the single DELETE {1000 * max(max(one.taken) for one in singles):.0f} or more",
    )
    waits, renewed = sum(one.waits for one in ours), sum(len(one.taken) for one in ours)
    yield Figure(
        f"loans renewed meanwhile that waited over {1000 * LONGEST_WAIT:.0f} ms for a lock",
        100 * waits / renewed,
        "%",
        "at most",
        0,
        f"{waits} of {renewed:,}; beside the single DELETE {sum(one.waits for one in singles)} "
        f"of {sum(len(one.taken) for one in singles):,}",
    )
    nights = [_nights_with_none_due(place, loans) for loans in (sizes.loans, sizes.few_loans)]
    many, few = (1000 * median(seconds) for seconds in nights)
    yield Figure(
        f"a night's rule with none due at {sizes.loans:,} loans", many, "ms", "at most", 50, f"{NIGHTS} nights"
    )
    yield Figure(
        f"the same against {sizes.few_loans:,} loans",
        many / few,
        "times",
        "at most",
        1.5,
        f"milliseconds: {many:.1f}; {few:.1f}",
    )


@contextmanager
def _library(place: Place, loans: int, *, due: bool) -> Iterator[str]:
    """A library that nobody is connected to; `due`: a third of its loans."""
    facts = {"loans": loans, "each": BORROWERS, "day": DAY, "due": due}
    with place.database() as url:
        with connect(url, name="bench", autocommit=True) as connection:
            for statement in (PATRONS, LOANS, CHARGES, PAYMENTS, MESSAGES):
                connection.execute(statement, facts)
        _settle(url)
        yield url


def _settle(url: str) -> None:
    with connect(url, name="bench", autocommit=True) as connection:
        settle(connection)


def _beside(desk: Any, place: Place, work: Callable[[], None]) -> Beside:
    """Does the work while the desk is at work."""
    done = Path(place.data_dir) / "the-desk-closes"
    done.unlink(missing_ok=True)
    seen: list[tuple[list[float], int]] = []
    thread = threading.Thread(target=lambda: seen.append(desk(str(done))))
    thread.start()
    began = time.perf_counter()
    try:
        work()
        seconds = time.perf_counter() - began
    finally:
        done.touch()
        thread.join()
    return Beside(seconds, *seen[0])


def _in_one(url: str) -> None:
    """The DELETE that one would write by hand."""
    with connect(url, name="bench", autocommit=True) as connection:
        connection.execute(SINGLE, [DAY - timedelta(days=30)])


def _by_rule(url: str) -> None:
    """The rule as the flow keeps to it."""
    if not _night(url)[0]:
        raise RuntimeError("no loan was due")


def _night(url: str) -> tuple[int, float]:
    """A run by the steps of the flow: how many loans were removed, and the seconds that its rule took.

    What is settled is not due: only loans are to go.
    """
    settings = Settings(
        database_url=SecretStr(url),
        registry_url="http://127.0.0.1:9/",
        brake_retention_removed_percent=100,
        retention_balances_days=3_650,
    )
    with Session(url, "bench run") as run_session, Session(url, "bench") as session:
        worker = Worker(settings, session, run_session, Source("bench", "", None), None, False)
        run = begin(worker, "retention-cleanup", dry_run=False, today=DAY, say=lambda line: None)
        run.run()
        loans = run.counts.rules["loans"]
        return loans.removed, loans.seconds


def _nights_with_none_due(place: Place, loans: int) -> list[float]:
    """Seconds of the rule on each of some nights, after one that warms up."""
    with _library(place, loans, due=False) as url:
        nights = [_night(url) for _ in range(NIGHTS + 1)]
    if any(removed for removed, _ in nights):
        raise RuntimeError("a loan was due")
    return [seconds for _, seconds in nights[1:]]
