"""Retention waits for nobody: what somebody has locked is passed over, and two runs at once share the work."""

from __future__ import annotations

import threading
from datetime import date

from db.connect import connect
from db.retention import store
from db.retention.store import Terms
from mappers.retention import (
    ACCESS_LOG,
    BALANCES,
    CHANGE_FEED,
    GUARDIANS,
    LOANS,
    MESSAGES,
    PATRONS_GONE,
    RESERVATIONS,
    RULES,
    RUN_RECORDS,
)
from tests.db.retention.histories import History, at

TERMS = Terms(date(2027, 1, 1))

LOCKS = [
    (LOANS, "SELECT FROM library.loan WHERE loan_number = 'L1' FOR UPDATE"),
    (LOANS, "SELECT FROM library.loan WHERE loan_number = 'L1' FOR KEY SHARE"),
    (LOANS, "SELECT FROM library.charge WHERE loan_number = 'L1' FOR UPDATE"),
    (LOANS, "SELECT FROM library.message WHERE loan_number = 'L1' FOR UPDATE"),
    (BALANCES, "SELECT FROM library.charge WHERE loan_number = 'L1' FOR KEY SHARE"),
    (BALANCES, "SELECT FROM library.payment WHERE charge_number IN"
               " (SELECT charge_number FROM library.charge WHERE loan_number = 'L1') FOR UPDATE"),
    (BALANCES, "SELECT FROM library.loan WHERE loan_number = 'L1' FOR UPDATE"),
    (MESSAGES, "SELECT FROM library.message WHERE loan_number = 'L1' FOR UPDATE"),
    (MESSAGES, "SELECT FROM library.message WHERE text = 'alone' FOR UPDATE"),
    (RESERVATIONS, "SELECT FROM (SELECT FROM library.reservation LIMIT 1 FOR UPDATE) AS one"),
    (PATRONS_GONE, "SELECT FROM library.patron WHERE patron_number = 'Q1' FOR KEY SHARE"),
    (PATRONS_GONE, "SELECT FROM library.block WHERE patron_number = 'Q1' FOR UPDATE"),
    (GUARDIANS, "SELECT FROM library.guardian WHERE cpr_number = '0101701111' FOR UPDATE"),
    (GUARDIANS, "SELECT FROM library.guardian_link JOIN library.guardian USING (guardian_id)"
                " WHERE cpr_number = '0101701111' FOR UPDATE"),
    (ACCESS_LOG, "SELECT FROM (SELECT FROM sync.disclosure LIMIT 1 FOR UPDATE) AS one"),
    (CHANGE_FEED, "SELECT FROM (SELECT FROM sync.change LIMIT 1 FOR UPDATE) AS one"),
    (RUN_RECORDS, "SELECT FROM (SELECT FROM sync.run LIMIT 1 FOR UPDATE) AS one"),
    (RUN_RECORDS, "SELECT FROM (SELECT FROM sync.quarantine LIMIT 1 FOR UPDATE) AS one"),
]  # fmt: skip
"""What somebody may have locked, by which one row of a rule must wait for the next pass."""


def _two_of_each(history: History) -> None:
    history.add("patron", patron_number="P")
    for loan in ("L1", "L2"):
        history.loan("2025-10-01", number=loan)
        history.settled("2025-10-01", "2025-10-01", loan)
        history.message("2025-10-01", loan_number=loan, text="T")
        history.message("2025-10-01", text="alone" if loan == "L1" else "T")
        history.reservation("2025-10-01")
        history.add("disclosure", patron_number="P", os_user="u", reason="r", at=at("2025-10-01"))
        history.add("registry_access", patron_number="P", asked_at=at("2025-10-01"), purpose="p", outcome="o")
        history.add("change", patron_number="P", kind="patron.name", at=at("2025-10-01"))
        history.add("run", flow="f", today="2025-10-01", state="done", ended_at=at("2025-10-01"))
        history.add("quarantine", patron_number="P", reason="r", since="2025-10-01", closed_on="2025-10-01")
    for patron, guardian in (("Q1", "0101701111"), ("Q2", "0202702222")):
        history.add("patron", patron_number=patron, gone_on="2025-10-01")
        history.add("block", patron_number=patron, reason="r", source="staff", since="2025-10-01")
        history.link(guardian, "2025-10-01")


def test_what_somebody_has_locked_is_passed_over_and_the_rest_goes(database_url: str) -> None:
    with connect(database_url, autocommit=True) as connection, connect(database_url) as borrower:
        _two_of_each(History(connection))
        for rule, lock in LOCKS:
            borrower.execute(lock)  # type: ignore[call-overload]
            with connection.transaction(force_rollback=True):
                due = store.count(connection, rule, TERMS).due
                removed = sum(store.batches(connection, rule, TERMS))
                assert (due - removed, store.count(connection, rule, TERMS).due) == (1, 1), lock
                assert store.overdue(connection, rule, TERMS).rows == 1, lock
                borrower.rollback()
                assert sum(store.batches(connection, rule, TERMS)) == 1, lock


def test_two_runs_at_once_share_the_work(database_url: str) -> None:
    with connect(database_url, autocommit=True) as connection:
        history = History(connection)
        with connection.transaction():
            history.add("patron", patron_number="P")
            for _ in range(60):
                loan = history.loan("2025-10-01")
                history.settled("2025-10-01", "2025-10-01", loan)
                history.message("2025-10-01", loan_number=loan, title="T")
        removed: list[int] = []
        barrier = threading.Barrier(2)

        def run() -> None:
            with connect(database_url, autocommit=True) as own:
                barrier.wait(20)
                for rule in RULES:
                    removed.extend(store.batches(own, rule, TERMS, size=3))

        workers = [threading.Thread(target=run) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
        left = sum(removed_now for rule in RULES for removed_now in store.batches(connection, rule, TERMS))
        assert sum(removed) + left == 180
        assert history.rows("SELECT count(*) FROM library.loan") == [0]
        assert [store.overdue(connection, rule, TERMS).rows for rule in RULES] == [0] * len(RULES)


def test_numbers_that_another_run_is_forgetting_are_left_to_it(database_url: str) -> None:
    with connect(database_url, autocommit=True) as connection, connect(database_url) as other:
        connection.execute("INSERT INTO sync.forgotten VALUES ('loan', '1', '2025-01-01'), ('loan', '2', '2025-01-01')")
        other.execute("DELETE FROM sync.forgotten WHERE number = '1'")
        with connection.transaction():  # as a run has it, in whose batches no lock is waited for
            assert list(store.batches(connection, LOANS, TERMS)) == [0]
        assert connection.execute("SELECT number FROM sync.forgotten").fetchall() == [("1",)]
