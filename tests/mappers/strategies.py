"""Hypothesis strategies: any person a reader could hand on, and any patron the database could hold."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from cpr_client.cpr_number import CprNumber
from cpr_client.person import (
    STATUSES,
    ContactAddress,
    Custody,
    Emigration,
    Name,
    Person,
    Protection,
    Residence,
    UncertainDate,
)
from mappers import quarantine
from mappers.record import PatronRecord, Quarantine, StoredPatron

days = st.dates(date(2015, 1, 1), date(2035, 12, 31))
"""Days that the tests' `today` may be, and around which dates lie."""

any_days = days | st.dates()

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)

cpr_numbers = st.builds(
    lambda day, rest: CprNumber(f"{day:02d}{rest:08d}"),
    st.integers(1, 31),
    st.integers(0, 99_999_999),
)
"""Numbers that the registry could give out (no replacement numbers); mostly nobody's."""

few_numbers = st.sampled_from([CprNumber(f"010140{serial:04d}") for serial in range(6)])
"""Few enough for circles."""


def maybe(strategy: st.SearchStrategy) -> st.SearchStrategy:
    """The value, or None: nearly everything in an answer may be missing."""
    return st.none() | strategy


uncertain_dates = st.builds(UncertainDate, any_days, st.booleans())
names = st.builds(Name, maybe(texts), maybe(texts), maybe(texts), maybe(texts))
numbered_parts = st.from_regex(r"[0-9]{1,3}[A-Z]?", fullmatch=True) | texts

residences = st.builds(
    Residence,
    municipality_code=maybe(st.sampled_from([0, 101, 411, 851, 955, 19, 9999]) | st.integers(-5, 12_000)),
    road_code=maybe(st.integers(-5, 12_000)),
    house_number=maybe(numbered_parts),
    floor=maybe(numbered_parts),
    door=maybe(numbered_parts),
    co_name=maybe(texts | texts.map(lambda name: "c/o " + name)),
    locality=maybe(texts),
    town=maybe(texts),
    postal_code=maybe(st.sampled_from(["9000", "800", "0000", "90000", "DK"])),
    postal_district=maybe(texts),
    road_name=maybe(texts),
    road_addressing_name=maybe(texts),
    standard_address=maybe(texts),
    supplementary_lines=st.lists(texts, max_size=3).map(tuple),
)
lines = st.lists(texts, max_size=5).map(tuple)
contacts = st.builds(ContactAddress, lines, maybe(any_days), maybe(any_days))
emigrations = st.builds(Emigration, maybe(st.integers(-5, 12_000)), lines)
protections = st.builds(Protection, maybe(st.booleans()), maybe(any_days), maybe(any_days), st.booleans())
custodies = st.builds(
    Custody,
    maybe(st.sampled_from([3, 4, 5, 6])),
    maybe(uncertain_dates),
    maybe(any_days),
    maybe(cpr_numbers),
    st.booleans(),
)


def persons(
    numbers: st.SearchStrategy[CprNumber] = cpr_numbers,
    statuses: st.SearchStrategy[int] = st.sampled_from(sorted(STATUSES)),
) -> st.SearchStrategy[Person]:
    """Any person whatsoever, whether or not the parts fit together."""
    return st.builds(
        Person,
        cpr_number=numbers,
        status=statuses,
        status_date=maybe(uncertain_dates),
        successor=maybe(numbers),
        name=names,
        birth_date=maybe(uncertain_dates),
        protection=maybe(protections),
        residence=maybe(residences),
        contact=maybe(contacts),
        emigration=maybe(emigrations),
        mother=maybe(numbers),
        father=maybe(numbers),
        custody=st.lists(custodies, max_size=2).map(tuple),
    )


imported_records = st.fixed_dictionaries(
    {
        "name": maybe(texts),
        "birth_date": maybe(any_days),
        "address_kind": st.just("as imported"),
        "street": maybe(texts),
        "postal_code": maybe(st.just("9000")),
        "postal_district": maybe(texts),
        "municipality_code": maybe(st.sampled_from(["0851", "0751", "0019"])),
    }
).map(lambda columns: PatronRecord(**columns))

never_asked = st.builds(
    StoredPatron,
    patron_number=st.just("P1"),
    cpr_number=cpr_numbers,
    record=st.just(PatronRecord()) | imported_records,
)
"""Patrons of whom the registry has not spoken, imported or with nothing but a number."""

quarantines = st.builds(Quarantine, st.sampled_from(quarantine.REASONS), maybe(texts))
