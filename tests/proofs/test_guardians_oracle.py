"""Guardians of minors: a year of random changes, night by night, leaves what a plain oracle says."""

from __future__ import annotations

from datetime import date, timedelta

from tests.fixtures.library import Library
from tests.fixtures.proofs import Proof
from tests.proofs.families import Facts, Family
from tests.proofs.guardian_facts import KINDS
from tests.proofs.guardian_nights import (
    CASES,
    LINKS,
    OUTSIDE,
    START,
    WITHOUT_BRAKES,
    YEAR,
    add_groups,
    of_families,
    some_nights,
)


def test_a_year_of_changing_families_leaves_what_a_plain_oracle_says(library: Library, proof: Proof) -> None:
    families = proof.size(small=12, full=80)
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


def test_families_listed_in_any_other_order_have_the_same_links(library: Library, proof: Proof) -> None:
    """Who is enrolled first, who is asked about first, and how an answer lists its entries decides nothing."""
    families = proof.size(small=15, full=100)
    enrolled, persons, today = _families_after_a_year(proof.random.randrange(1_000_000), families)
    orders = proof.size(small=4, full=20)
    add_groups(library)
    found = []
    for _ in range(orders):
        library.connection.execute("TRUNCATE library.patron, library.guardian CASCADE")
        for patron, number, group in proof.random.sample(enrolled, len(enrolled)):
            library.enrol(patron, number, patron_group=group)
        for number, facts in persons.items():
            custody = facts.get("custody", [])
            facts["custody"] = proof.random.sample(custody, len(custody))
            library.person(number, **{key: value for key, value in facts.items() if key != "broken"})
        how = {**WITHOUT_BRAKES, "batch_size": proof.random.choice([4, 15, 1_000])}
        for night in (today, today + timedelta(days=1)):
            assert [library.refresh(night, **how)["state"], library.guardians(night, **how)["state"]] == ["done"] * 2
        found.append([sorted(map(repr, library.rows(*query))) for query in ([LINKS], [CASES, list(KINDS)], [OUTSIDE])])
    assert found[0][0] and all(other == found[0] for other in found)
    proof.tell(f"{families} families in {orders} orders: {len(found[0][0])} links, {len(found[0][1])} cases")


def _families_after_a_year(seed: int, families: int) -> tuple[list[tuple[str, ...]], dict[str, Facts], date]:
    """The patrons, (patron number, CPR number, group), and the registry's persons, once much has happened."""
    persons: dict[str, Facts] = {}
    enrolled: dict[str, tuple[str, ...]] = {}
    today = START
    made = [Family(place, seed, START, persons) for place in range(families)]
    for _ in range(15):
        today += timedelta(days=YEAR // 15)
        for what, patron, *more in (act for family in made for act in family.moves_on(today)):
            if what == "enrol":
                enrolled[patron] = (patron, *more)
            elif what == "drop":
                del enrolled[patron]
    return list(enrolled.values()), persons, today
