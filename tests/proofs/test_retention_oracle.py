"""Retention: a year of random borrowing, night by night, leaves what a plain oracle says."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from tests.fixtures.library import Library
from tests.fixtures.proofs import Proof
from tests.proofs.households import LENGTH, Household, quiet, some_nights, some_start, some_terms
from tests.proofs.retention_nights import Nights, stored
from tests.proofs.retention_oracle import differences

ZONES = ("UTC", "Europe/Copenhagen", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kolkata")


def some_library(library: Library, proof: Proof, part: int) -> Nights:
    """Households in an empty library whose server may think itself anywhere on earth."""
    proof.random = random.Random(f"{proof.seed} {part}")
    households = proof.size(small=10, full=60)
    zone, batch = proof.random.choice(ZONES), proof.random.choice([3, 50, 5_000])
    name = library.connection.info.dbname
    library.connection.execute(f"ALTER DATABASE {name} SET TimeZone = '{zone}'")  # type: ignore[call-overload]
    terms, start, seed = some_terms(proof.random), some_start(proof.random), proof.random.randrange(1_000_000)
    proof.tell(f"{households} households, {terms}, batches of {batch}, server in {zone}")
    made = [Household(place, seed, start) for place in range(households)]
    return Nights(library.connection, library.database_url, terms, made, batch)


@pytest.mark.parametrize("part", range(3))
def test_a_year_of_borrowing_leaves_what_a_plain_oracle_says(library: Library, proof: Proof, part: int) -> None:
    nights = some_library(library, proof, part)
    nights.begin(household.acts for household in nights.households)
    for today in some_nights(proof.random, nights.start, proof.size(small=10, full=LENGTH)):
        played = today - timedelta(days=proof.random.choice([1, 3, 40])) if proof.random.random() < 0.1 else today
        different = nights.play(played, learnt_until=today)
        assert not different, nights.story(different)
    assert nights.removed.total() > nights.played
    proof.tell(f"part {part}: {nights.played} nights, removed {dict(nights.removed)}, held {dict(nights.held)}")


@pytest.mark.parametrize("part", range(2))
def test_night_by_night_leaves_what_one_run_at_the_end_leaves(library: Library, proof: Proof, part: int) -> None:
    nights = some_library(library, proof, part)
    acts = [quiet(household.acts, nights.terms, nights.last) for household in nights.households]
    left = []
    for days in (some_nights(proof.random, nights.start, proof.size(small=10, full=LENGTH)), [nights.last]):
        nights.begin(acts)
        for today in days:
            different = nights.play(today)
            assert not different, nights.story(different)
        left.append(stored(library.connection))
    different = differences(*left)
    assert not different, nights.story(different)
    proof.tell(f"part {part}: {nights.played} nights, removed {dict(nights.removed)}")
