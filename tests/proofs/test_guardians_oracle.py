"""Guardians of minors: a year of random changes, night by night, leaves what a plain oracle says."""

from __future__ import annotations

from tests.fixtures.library import Library
from tests.fixtures.proofs import Proof
from tests.proofs.guardian_nights import of_families, some_nights


def test_a_year_of_changing_families_leaves_what_a_plain_oracle_says(library: Library, proof: Proof) -> None:
    families = proof.size(small=12, full=200)
    interval, batch = proof.random.choice([1, 1, 3]), proof.random.choice([5, 20, 100])
    nights = of_families(library, proof.random.randrange(1_000_000), range(families), interval, batch)
    for today, asks in some_nights(proof.random, proof.size(small=36, full=365)):
        different = nights.play(today, asks)
        assert not different, nights.story(different)
    assert nights.look_ups
    proof.tell(
        f"{families} families, {nights.played} nights, {nights.look_ups} look-ups of guardians; "
        f"asked every {interval} days, in batches of {batch}"
    )
