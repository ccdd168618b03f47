"""The oracle of retention agrees with itself, and the households' years tell it from one that gets a rule wrong."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, timedelta
from functools import cache
from typing import Any

import pytest

from tests.fixtures.proofs import Proof
from tests.proofs import retention_oracle
from tests.proofs.households import DECLARED, LENGTH, Household, by_day, quiet, some_nights, some_start, some_terms
from tests.proofs.retention_oracle import Oracle, Row, Terms, differences, local_day

TERMS = Terms(balances=20, kinds_without_material=frozenset([DECLARED]))

Change = Callable[[pytest.MonkeyPatch], object]


def test_the_oracle_itself_leaves_after_a_year_of_nights_what_it_leaves_in_one(proof: Proof) -> None:
    households, removed = proof.size(small=25, full=3_000), 0
    for place in range(households):
        terms, start = some_terms(proof.random), some_start(proof.random)
        last = start + timedelta(days=LENGTH - 1)
        acts = quiet(Household(place, proof.seed, start).acts, terms, last)
        nightly, once = Oracle(terms), Oracle(terms)
        ahead = dict(by_day(acts))
        for day in (start + timedelta(days=passed) for passed in range(LENGTH)):
            for act in ahead.get(day, []):
                nightly.happens(act)
                once.happens(act)
            removed += sum(tally.removed for tally in nightly.night(day).values())
        once.night(last)
        assert not differences(nightly.tables, once.tables), f"seed {proof.seed}, household {place}"
    assert removed
    proof.tell(f"{households} households, {removed} rows removed")


def _method(name: str, wrong: Callable[..., Any]) -> Change:
    """`wrong` takes the right method first."""
    right = getattr(Oracle, name)
    return lambda monkeypatch: monkeypatch.setattr(Oracle, name, lambda *arguments: wrong(right, *arguments))


def _longer(period: str) -> Change:
    """A rule that goes by one day more than its period."""
    return _method(
        "night",
        lambda right, oracle, today: right(
            _with(oracle, terms=replace(oracle.terms, **{period: getattr(oracle.terms, period) + 1})), today
        ),
    )


def _with(oracle: Oracle, **changed: Any) -> Oracle:
    """The same library under other terms."""
    return replace(oracle, **changed)


def _by_settlement(right: Callable[..., date | None], oracle: Oracle, charge: Row, count_refunds: bool) -> date | None:
    """The day of the latest payment that left nothing outstanding; refunds count or not."""
    if right(oracle, charge) is None:
        return None
    payments = [row for row in oracle.tables["payment"].values() if row["charge_number"] == charge["charge_number"]]
    days = [local_day(payment["paid_at"]) for payment in payments if count_refunds or payment["amount"] > 0]
    return max([local_day(charge["charged_at"]), *days])


def _over_without_bill(right: Callable[..., date | None], oracle: Oracle, loan: Row) -> date | None:
    over = right(oracle, loan)
    return local_day(loan["lost_at"]) if over is None and loan["lost_at"] and not loan["returned_at"] else over


def _forgetful(right: Callable[..., date | None], oracle: Oracle, loan: Row) -> date | None:
    return right(_with(oracle, settled_before={}, billed_before=set()), loan)


def _by_return(right: Callable[..., date | None], oracle: Oracle, loan: Row) -> date | None:
    over = right(oracle, loan)
    return local_day(loan["returned_at"]) if over and loan["returned_at"] else over


def _held_from(right: Callable[..., bool], oracle: Oracle, patron: str, today: date) -> bool:
    return right(oracle, patron, today + timedelta(days=1))


WRONG: dict[str, Change] = {
    "loans a day late": _longer("loans"),
    "reservations a day late": _longer("reservations"),
    "balances a day late": _longer("balances"),
    "messages a day late": _longer("messages"),
    "days of UTC": lambda monkeypatch: monkeypatch.setattr(retention_oracle, "DENMARK", UTC),
    "any payment restarts the clock": _method("settled_on", lambda r, o, c: _by_settlement(r, o, c, True)),
    "a payment in excess restarts the clock": _method("settled_on", lambda r, o, c: _by_settlement(r, o, c, False)),
    "lost and unbilled is over": _method("over_on", _over_without_bill),
    "a loan forgets the charges that are gone": _method("over_on", _forgetful),
    "a loan is over by its return alone": _method("over_on", _by_return),
    "holds keep nothing": _method("is_held", lambda *_: False),
    "holds are free a day early": _method("is_held", _held_from),
    "who has a loan goes": _method("_of", lambda r, o, table, patron: {} if table == "loan" else r(o, table, patron)),
    "a declared kind keeps its columns": _method(
        "_names_material", lambda r, o, message: r(o, message) and message["kind"] not in o.terms.kinds_without_material
    ),
    "a bill is any charge": lambda monkeypatch: monkeypatch.setattr(retention_oracle, "LOST_ITEM", "fee"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_rule_that_is_got_wrong_shows_in_the_year_of_some_household(
    monkeypatch: pytest.MonkeyPatch, proof: Proof, wrong: str
) -> None:
    households = proof.size(small=40, full=1_000)  # rare turns need many of them, where the seed is drawn
    for place in range(households):
        right = _right_year(proof.seed, place)
        with monkeypatch.context() as wrongly:
            WRONG[wrong](wrongly)
            left = _year(proof.seed, place)
        if left != right:
            proof.tell(f"{wrong}: seen in household {place}")
            return
    pytest.fail(f"{wrong}: none of {households} households tells the difference")


@cache
def _right_year(seed: int, place: int) -> list[int]:
    """The year of a household by the oracle as it is."""
    return _year(seed, place)


def _year(seed: int, place: int) -> list[int]:
    """How many rows each night of a household's year removes and finds held."""
    source = random.Random(f"{seed} {place}")
    household = Household(place, seed, some_start(source))
    oracle, ahead, counts = Oracle(TERMS), by_day(household.acts), []
    for today in some_nights(source, household.start, 100):
        while ahead and ahead[0][0] <= today:
            for act in ahead.pop(0)[1]:
                oracle.happens(act)
        for tally in oracle.night(today).values():
            counts += [tally.removed, tally.held]
    return counts
