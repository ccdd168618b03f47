"""Who holds custody of a child, out of the registry's answer about the child (docs/reference/rules.md).

The mother and the father of an answer are no holders by being listed: an entry of custody makes them that, and has no
number of its own. What is kept of an answer is what links need (`CustodyEntry`), of those under 18 alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from cpr_client.cpr_number import CprNumber
from cpr_client.person import Custody, Person
from mappers.coming_of_age import is_minor
from mappers.record import PatronRecord
from mappers.status import DEAD

MOTHER = "mother"
FATHER = "father"
OTHER_HOLDER = "other holder"
UNKNOWN_HOLDER = "unknown holder"
KINDS = (MOTHER, FATHER, OTHER_HOLDER, UNKNOWN_HOLDER)
"""How custody is held, in the order in which the first tells how a guardian holds it."""

_KIND_OF_TYPE = {3: MOTHER, 4: FATHER, 5: OTHER_HOLDER, 6: OTHER_HOLDER}

ENDED_KEPT_DAYS = 30
"""An entry that ended stays so long while the registry lists it, so that its link ends on the right day."""


class CustodyEntry(NamedTuple):
    """One custody of a child. `holder`: None where the registry does not say who (`unknown holder`).

    In force from `valid_from` (None: always) until the day before `valid_to` (None: no end known).
    """

    kind: str
    holder: CprNumber | None
    valid_from: date | None = None
    valid_to: date | None = None

    def __repr__(self) -> str:
        return f"<CustodyEntry {self.kind}>"

    def in_force(self, day: date) -> bool:
        """Whether this custody is held on `day`; the delete date is the first day without it."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)


Entries = tuple[CustodyEntry, ...]
"""The entries of one child, in an order that does not hang on the answer's."""


def custody_entries(person: Person) -> Entries:
    """All entries of an answer, mother and father resolved, those of one holder and start made one."""
    found: dict[tuple[str, CprNumber | None, date | None], date | None] = {}
    for entry in person.custody:
        kind, holder = _holder(entry, person)
        key = (kind, holder, entry.start.date if entry.start else None)
        found[key] = _later(found[key], entry.delete) if key in found else entry.delete
    return in_order(CustodyEntry(*key, valid_to) for key, valid_to in found.items())


def _holder(entry: Custody, person: Person) -> tuple[str, CprNumber | None]:
    """The kind and the number; whatever can't be told is an unknown holder, never a guess.

    A replacement number is none of the registry's: it does not say who.
    """
    kind = _KIND_OF_TYPE.get(entry.type or 0)
    holder = {MOTHER: person.mother, FATHER: person.father}.get(kind or "", entry.holder)
    if kind is None or not entry.readable or holder is None or holder.is_replacement:
        return UNKNOWN_HOLDER, None
    return kind, holder


def _later(one: date | None, other: date | None) -> date | None:
    """The later end; None is no end."""
    return None if one is None or other is None else max(one, other)


def in_order(entries: Iterable[CustodyEntry]) -> Entries:
    """The entries in the one order that they are kept and compared in."""
    return tuple(sorted(entries, key=lambda e: (e.kind, e.holder.digits if e.holder else "", e.valid_from or date.min)))


def custody_after(before: Entries | None, after: PatronRecord, person: Person, today: date) -> Entries | None:
    """The entries to keep after an answer; `before` itself where nothing is rewritten, None where nothing is kept.

    `before` is None where nothing was kept; `after` is the patron's record once the answer is applied. Of a minor the
    entries that are in force or lie ahead are kept, and those that ended while they were known here, for
    `ENDED_KEPT_DAYS`. The dead have no guardians. Who is no minor (any more) keeps what there is, until the links have
    seen the birthday.
    """
    if after.registry_status == DEAD:
        return None
    if not is_minor(after.birth_date, today):
        return before
    # The number is left out: a holder's may have changed since.
    known = {(e.kind, e.valid_from) for e in before or () if e.valid_to is None or e.valid_to > _long_ago(today)}
    kept = tuple(
        entry
        for entry in custody_entries(person)
        if entry.valid_to is None or entry.valid_to > today or (entry.kind, entry.valid_from) in known
    )
    return before if kept == before else kept


def _long_ago(today: date) -> date:
    return today - timedelta(days=ENDED_KEPT_DAYS)


class Holder(NamedTuple):
    """Somebody who holds custody on a day, by how they hold it, all their entries of that day made one."""

    kind: str
    holder: CprNumber | None
    valid_from: date | None
    valid_to: date | None

    def __repr__(self) -> str:
        return f"<Holder {self.kind}>"


def holders_on(entries: Iterable[CustodyEntry], day: date) -> tuple[Holder, ...]:
    """Who holds custody on `day`, in the order of `in_order`. The set form is db/guardians/want_links.sql."""
    found: dict[tuple[str, CprNumber | None], Holder] = {}
    for entry in in_order(entries):
        if not entry.in_force(day):
            continue
        key = (entry.kind, entry.holder)
        other = found.get(key)
        start, end = entry.valid_from, entry.valid_to
        if other is not None:
            start = None if other.valid_from is None or start is None else min(other.valid_from, start)
            end = _later(other.valid_to, end)
        found[key] = Holder(*key, start, end)
    return tuple(found.values())
