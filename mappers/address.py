"""The base address that a status gives, the contact address beside it, and which is current on a day.

Rules: docs/reference/rules.md, "Address". The set form of `current_address` is the SQL function
`library.current_address`; a property test holds the two together.
"""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from cpr_client.errors import MalformedAnswer
from cpr_client.person import ContactAddress, Emigration, Person, Residence
from mappers import address_kinds as kinds
from mappers import street
from mappers.record import PatronRecord
from mappers.status import EFFECTS, NO_CONTACT_ADDRESS


class BaseAddress(NamedTuple):
    """The base address of a `PatronRecord`: the columns of these names, in the record's order."""

    address_kind: str = kinds.NONE
    co_name: str | None = None
    street: str | None = None
    address_lines: list[str] = []  # noqa: RUF012  (never mutated)
    town: str | None = None
    postal_code: str | None = None
    postal_district: str | None = None
    country: str | None = None
    road_code: str | None = None
    house_number: str | None = None
    floor: str | None = None
    door: str | None = None
    last_residence: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return "<BaseAddress>"


BASE_FIELDS: tuple[str, ...] = BaseAddress._fields[1:-1]
"""What an address consists of, kind apart: the keys of `PatronRecord.last_residence`."""

_FIRST = PatronRecord._fields.index(BaseAddress._fields[0])
_BASE = slice(_FIRST, _FIRST + len(BaseAddress._fields))

StoredContact = tuple[list[str], date | None, date | None]
"""`contact_lines`, `contact_from`, `contact_to` of `PatronRecord`."""

_NO_CONTACT: StoredContact = ([], None, None)


def base_of(record: PatronRecord) -> BaseAddress:
    """The base address in a record."""
    columns: tuple[Any, ...] = record
    return BaseAddress._make(columns[_BASE])


def stored_contact(contact: ContactAddress | None, status: int, today: date) -> StoredContact:
    """The contact address to keep: as given, empty lines dropped, with its days.

    One that is over by `today`, or that a dead person left, is a former address and is not kept;
    one that lies ahead is.
    """
    if contact is None or status in NO_CONTACT_ADDRESS or (contact.delete is not None and contact.delete <= today):
        return _NO_CONTACT
    lines = [line for line in contact.lines if line]
    return (lines, contact.start, contact.delete) if lines else _NO_CONTACT


def contact_valid(contact: StoredContact, day: date) -> bool:
    """Whether there is a contact address on `day`: from its start (a missing one: always), before its delete date."""
    lines, start, delete = contact
    return bool(lines) and (start is None or start <= day) and (delete is None or day < delete)


def residence_in(person: Person) -> Residence | None:
    """The residence in the answer; an element that says nothing is none."""
    return None if person.residence in _SAYS_NOTHING else person.residence


_SAYS_NOTHING = (Residence(), Residence(municipality_code=0))


def base_address(person: Person, before: PatronRecord, contact: StoredContact, today: date) -> BaseAddress:
    """The base address that the person's status gives; `before` is what the library has.

    A resident without a residence keeps the base address while `contact` is valid on `today`; else
    raises `MalformedAnswer`. When the base moves off a residential, imported or last known address,
    that one is kept in `last_residence`; it comes back as `last known`, and goes when a new
    residential one is there.
    """
    kind = EFFECTS[person.status].address_kind
    if kind in kinds.PLACED:
        residence = residence_in(person)
        if residence is None:
            if contact_valid(contact, today):
                return base_of(before)
            raise MalformedAnswer("aktuelAdresse", "is missing for a resident")
        return _residence(kind, residence, _remembered(before) if kind == kinds.ADMINISTRATIVE else None)
    if kind == kinds.FOREIGN:
        return _foreign(person.emigration, _remembered(before))
    return _last_known(_remembered(before))


def _residence(kind: str, residence: Residence, last_residence: dict[str, Any] | None) -> BaseAddress:
    number = street.without_zeros(residence.house_number)
    floor = street.without_zeros(residence.floor)
    door = street.without_zeros(residence.door)
    road = residence.road_name or residence.road_addressing_name
    lines = [line for line in (residence.locality, *residence.supplementary_lines) if line]
    return BaseAddress(
        kind,
        street.care_of(residence.co_name),
        residence.standard_address or street.street_line(road, number, floor, door),
        lines,
        residence.town or None,
        street.postal_code(residence.postal_code),
        residence.postal_district or None,
        None,
        street.road_code(residence.road_code),
        number,
        floor,
        door,
        last_residence,
    )


def _foreign(emigration: Emigration | None, last_residence: dict[str, Any] | None) -> BaseAddress:
    lines = [line for line in emigration.lines if line] if emigration else []
    country = street.country_code(emigration.country_code) if emigration else None
    return BaseAddress(kinds.FOREIGN, address_lines=lines, country=country, last_residence=last_residence)


def _last_known(remembered: dict[str, Any] | None) -> BaseAddress:
    if not remembered:
        return BaseAddress()
    fields: dict[str, Any] = {name: remembered.get(name) for name in BASE_FIELDS}
    fields["address_lines"] = fields["address_lines"] or []
    return BaseAddress(kinds.LAST_KNOWN, **fields)


def _remembered(before: PatronRecord) -> dict[str, Any] | None:
    """The residence to keep for the day it becomes the last known one; an empty one is none."""
    if before.address_kind in kinds.REMEMBERED:
        fields = base_of(before)[1:-1]
        if any(fields):
            return dict(zip(BASE_FIELDS, fields, strict=True))
    return before.last_residence


def contact_is_current(record: PatronRecord, day: date) -> bool:
    """Whether the contact address is the current one on `day`: valid then, whatever the status but 30 and 90."""
    if not record.contact_lines or record.registry_status in NO_CONTACT_ADDRESS:
        return False
    return contact_valid((record.contact_lines, record.contact_from, record.contact_to), day)


def current_address(record: PatronRecord, day: date) -> dict[str, Any]:
    """The address that is current on `day`, with the names of `patronsync patron --json`, null where not known.

    Whether it may be shown at all is `mappers.protection`'s to say.
    """
    if contact_is_current(record, day):
        address = BaseAddress(kinds.CONTACT, address_lines=record.contact_lines)
    else:
        address = base_of(record)
    return {
        "kind": address.address_kind,
        "co_name": address.co_name,
        "street": address.street,
        "lines": list(address.address_lines),
        "town": address.town,
        "postal_code": address.postal_code,
        "postal_district": address.postal_district,
        "country": address.country,
    }


def components(record: PatronRecord, day: date) -> dict[str, Any]:
    """What makes the address that is current on `day` this address and no other.

    Kind, road code, house number, floor, door, postal code, c/o name, municipality (a road code
    counts within it), lines, country. The street line and the town are display text, whose format
    changes, and count only where no road code says which road it is (imported addresses). A
    contact address is its kind and its lines: where the patron lives does not make it another.
    """
    if contact_is_current(record, day):
        return {"address_kind": kinds.CONTACT, "address_lines": record.contact_lines}
    parts: dict[str, Any] = {
        "address_kind": record.address_kind,
        "co_name": record.co_name,
        "address_lines": record.address_lines,
        "postal_code": record.postal_code,
        "country": record.country,
        "road_code": record.road_code,
        "house_number": record.house_number,
        "floor": record.floor,
        "door": record.door,
        "municipality_code": record.municipality_code,
    }
    if record.road_code is None:
        parts["street"] = record.street
        parts["town"] = record.town
    return parts


def address_changed(before: PatronRecord, before_day: date, after: PatronRecord, after_day: date) -> tuple[str, ...]:
    """The components in which the address current on `after_day` differs from the one on `before_day`.

    `before` is the record as it was shown on `before_day`. Empty: the same address. A contact
    address that begins or ends by its days alone is a change on the day on which this is asked.
    """
    if not (before.contact_lines or after.contact_lines) and (
        before[_BASE] == after[_BASE] and before.municipality_code == after.municipality_code
    ):
        return ()
    old, new = components(before, before_day), components(after, after_day)
    shared = old.keys() & new.keys()
    return tuple(
        name
        for name in _COMPONENTS
        if (name in shared or name not in _CONDITIONAL) and (old.get(name) or None) != (new.get(name) or None)
    )


_COMPONENTS = (*BaseAddress._fields[:-1], "municipality_code")

_CONDITIONAL = frozenset({"street", "town", "municipality_code"})
"""Components that some addresses have: compared where both have them (else another one differs)."""
