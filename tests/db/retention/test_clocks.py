"""The clocks that triggers keep on loans and charges are those that the mappers read from the whole history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.connect import Connection, connect
from mappers.retention import LOST_ITEM, LoanCharge, Payment, over_on, settled_on
from tests.fixtures.examples import examples

# Around the night on which summer time ends, three hours a step; the last moment of a leap day, the last of a winter.
MOMENTS = [datetime(2025, 10, 24, 21, tzinfo=UTC) + timedelta(hours=hour) for hour in range(0, 80, 3)]
MOMENTS += [datetime(2024, 2, 29, 22, 59, 59, 999999, tzinfo=UTC), datetime(2024, 3, 30, 23, tzinfo=UTC)]
AMOUNTS = [Decimal(text) for text in ("0", "0.01", "10", "10.00", "25.50")]
PAID = [Decimal(text) for text in ("-10", "-0.01", "0", "0.01", "5", "10", "25.50")]

moments = st.sampled_from(MOMENTS)
maybe = st.one_of(st.none(), moments)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("charge"), st.integers(0, 3), st.integers(0, 2), st.sampled_from([LOST_ITEM, "fee"])),
        st.tuples(st.just("amount"), st.integers(0, 3), st.sampled_from(AMOUNTS), moments),
        st.tuples(st.just("pay"), st.integers(0, 3), st.sampled_from(PAID), moments),
        st.tuples(st.just("unpay"), st.integers(0, 3)),
        st.tuples(st.just("move"), st.integers(0, 3), st.integers(0, 2)),
        st.tuples(st.just("forget"), st.integers(0, 3)),
        st.tuples(st.just("loan"), st.integers(0, 2), maybe, maybe),
    ),
    min_size=4,
    max_size=14,
)


@pytest.fixture
def history(database_url: str) -> Iterator[Connection]:
    with connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO library.patron (patron_number) VALUES ('P')")
        yield connection


@given(steps=steps)
@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_clocks_are_those_of_the_mappers_whatever_happens(
    history: Connection, steps: list[tuple[Any, ...]]
) -> None:
    with history.transaction(force_rollback=True):
        for loan in range(3):
            history.execute(
                "INSERT INTO library.loan (loan_number, patron_number, item_number, lent_at)"
                " VALUES (%s, 'P', '1', now())",
                [str(loan)],
            )
        gone: dict[str, list[LoanCharge]] = {}
        for step in steps:
            _play(history, step, gone)
        charges, of_loans = _settled(history)
        assert dict(history.execute("SELECT charge_number, settled_on FROM library.charge").fetchall()) == charges
        rows = history.execute("SELECT loan_number, returned_at, lost_at, over_on FROM library.loan").fetchall()
        told = {number: day for number, _, _, day in rows}
        assert told == {
            number: over_on(returned, lost, [*of_loans.get(number, []), *gone.get(number, [])])
            for number, returned, lost, _ in rows
        }


def _play(connection: Connection, step: tuple[Any, ...], gone: dict[str, list[LoanCharge]]) -> None:
    what, number, *given = step
    number = str(number)
    if what == "charge":
        connection.execute(
            "INSERT INTO library.charge (charge_number, patron_number, loan_number, kind, amount, charged_at)"
            " VALUES (%s, 'P', %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [number, str(given[0]) if number != "0" else None, given[1], 10 * (int(number) % 3), MOMENTS[int(number)]],
        )
    elif what == "amount":
        connection.execute(
            "UPDATE library.charge SET amount = %s, charged_at = %s WHERE charge_number = %s", [*given, number]
        )
    elif what == "pay":
        connection.execute(
            "INSERT INTO library.payment (payment_number, charge_number, amount, paid_at)"
            " SELECT (SELECT count(*) FROM library.payment)::text || '-' || random(), charge_number, %s, %s"
            " FROM library.charge WHERE charge_number = %s",
            [*given, number],
        )
    elif what == "unpay":
        connection.execute(
            "DELETE FROM library.payment WHERE payment_number ="
            " (SELECT min(payment_number) FROM library.payment WHERE charge_number = %s)",
            [number],
        )
    elif what == "move":
        connection.execute(
            "UPDATE library.charge SET loan_number = %s, kind = 'moved' WHERE charge_number = %s",
            [str(given[0]), number],
        )
    elif what == "forget":
        rows = connection.execute(
            "DELETE FROM library.charge WHERE charge_number = %s AND settled_on IS NOT NULL"
            " RETURNING loan_number, kind, settled_on",
            [number],
        ).fetchall()
        for loan, kind, day in rows:
            gone.setdefault(loan, []).append(LoanCharge(kind, day))
    else:
        connection.execute(
            "UPDATE library.loan SET returned_at = %s, lost_at = %s WHERE loan_number = %s", [*given, number]
        )


def _settled(connection: Connection) -> tuple[dict[str, Any], dict[str, list[LoanCharge]]]:
    paid: dict[str, list[Payment]] = {}
    for number, amount, at in connection.execute("SELECT charge_number, amount, paid_at FROM library.payment"):
        paid.setdefault(number, []).append(Payment(amount, at))
    settled, of_loans = {}, {}
    rows = connection.execute("SELECT charge_number, loan_number, kind, amount, charged_at FROM library.charge")
    for number, loan, kind, amount, at in rows.fetchall():
        settled[number] = settled_on(amount, at, paid.get(number, ()))
        of_loans.setdefault(loan, []).append(LoanCharge(kind, settled[number]))
    return settled, of_loans
