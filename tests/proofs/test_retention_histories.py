"""The oracle of retention agrees with itself: a year of nights leaves what one at its end leaves."""

from __future__ import annotations

from datetime import timedelta

from tests.fixtures.proofs import Proof
from tests.proofs.households import LENGTH, Household, by_day, quiet, some_start, some_terms
from tests.proofs.retention_oracle import Oracle, differences


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
        assert nightly.forgotten.keys() == once.forgotten.keys()
    assert removed
    proof.tell(f"{households} households, {removed} rows removed")
