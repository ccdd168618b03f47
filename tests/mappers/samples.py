"""Made-up people and patrons for the tests of the mappers: numbers that nobody has, names that say so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from cpr_client.cpr_number import CprNumber
from cpr_client.person import ContactAddress, Name, Person, Residence, UncertainDate
from mappers import quarantine
from mappers.patron import decide
from mappers.record import Decision, PatronRecord, Quarantine, StoredPatron

TODAY = date(2026, 3, 10)
TOMORROW = date(2026, 3, 11)
YESTERDAY = date(2026, 3, 9)

NUMBER = CprNumber("0101409999")
SUCCESSOR = CprNumber("0201409999")
REPLACEMENT = CprNumber("6101409999")

RESIDENCE = Residence(
    municipality_code=851,
    road_code=1234,
    house_number="012A",
    floor="01",
    door="tv",
    postal_code="9000",
    postal_district="Aalborg",
    road_name="Prøvevej",
    standard_address="Prøvevej 12A, 1. tv",
)
ELSEWHERE = Residence(
    municipality_code=751,
    road_code=77,
    house_number="003",
    postal_code="8000",
    postal_district="Aarhus C",
    road_name="Opdigtet Gade",
    standard_address="Opdigtet Gade 3",
)
CONTACT = ContactAddress(("Postboks 1", "9000 Aalborg"), date(2026, 1, 1), date(2026, 12, 31))

IMPORTED = PatronRecord(
    name="Prøve Indlæst",
    birth_date=date(1940, 1, 1),
    address_kind="as imported",
    street="Gammel Prøvevej 1",
    postal_code="9000",
    postal_district="Aalborg",
    municipality_code="0851",
)


def person(status: int = 1, **parts: Any) -> Person:
    """A person who lives in Denmark unless `parts` says otherwise; a residence only where a status has one."""
    whole: dict[str, Any] = {
        "cpr_number": NUMBER,
        "name": Name(addressing="Prøve Person"),
        "birth_date": UncertainDate(date(1940, 1, 1)),
        "status_date": UncertainDate(date(2020, 5, 1)),
        "residence": RESIDENCE if status in (1, 3, 5, 7) else None,
    }
    return Person(status=status, **(whole | parts))


def patron(record: PatronRecord = IMPORTED, **parts: Any) -> StoredPatron:
    """A patron as the database has them; never asked about unless `record` or `parts` says otherwise."""
    return StoredPatron(**({"patron_number": "P1", "cpr_number": NUMBER, "record": record} | parts))


def answered(
    stored: StoredPatron,
    answer: Person | Quarantine,
    today: date = TODAY,
    chain: tuple[CprNumber, ...] = (),
    interval_days: int = 1,
) -> Decision:
    """`decide` with the defaults of the tests."""
    return decide(stored, answer, today=today, interval_days=interval_days, chain=chain)


def applied(stored: StoredPatron, decision: Decision, today: date = TODAY) -> StoredPatron:
    """The patron as the database has them once the decision is applied."""
    held = {reason: day for reason, day in stored.registry_blocks.items() if reason not in decision.blocks_lifted}
    return replace(
        stored,
        cpr_number=decision.moved_to or stored.cpr_number,
        record=decision.after,
        checked_on=today,
        registry_blocks=held | decision.blocks_set,
        quarantine_reason=decision.quarantine.reason if decision.quarantine else None,
        quarantine_tries=decision.tries,
    )


def known(answer: Person | None = None, today: date = YESTERDAY, record: PatronRecord = IMPORTED) -> StoredPatron:
    """A patron of whom the registry has spoken: `answer`, on `today`."""
    stored = patron(record)
    return applied(stored, answered(stored, answer or person(), today), today)


def is_malformed(decision: Decision, element: str) -> bool:
    """Whether the answer was quarantined as malformed, naming this element first."""
    why = decision.quarantine
    return why is not None and decision.outcome == why.reason == quarantine.MALFORMED and _named(why.detail) == element


def _named(detail: str | None) -> str:
    return (detail or "").partition(" ")[0]
