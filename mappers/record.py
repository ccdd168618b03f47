"""The part of a patron that the registry owns, as the library keeps it.

`PatronRecord` has the columns of `library.patron` that a registry answer may change, under their
own names and in one order, declared here and read by everybody else (staging, update, comparison).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from cpr_client.cpr_number import CprNumber

if TYPE_CHECKING:
    from mappers.custody import Entries

FIRST_ANSWER = "first answer"
CHANGED = "changed"
UNCHANGED = "unchanged"
"""Outcomes of an answer that is applied; any other outcome is a reason of `mappers.quarantine`."""


class PatronRecord(NamedTuple):
    """Registry-owned columns of `library.patron`; all None or empty before the registry has spoken.

    The base address (`address_kind` to `door`) is what the status gives. A contact address stands
    beside it with its days, and is the current one on the days on which it is valid:
    `mappers.address.current_address` and the SQL function `library.current_address` say which.
    `last_residence` keeps the last residential or imported address (the fields of
    `mappers.address.BASE_FIELDS`, no kind) while the base address is another, for the day it
    becomes `last known`. Protection: flag and days as stored, held against a day where it is read.
    """

    name: str | None = None
    birth_date: date | None = None
    birth_date_uncertain: bool | None = None
    address_kind: str = "none"
    co_name: str | None = None
    street: str | None = None
    address_lines: list[str] = []  # noqa: RUF012  (never mutated; a list since psycopg gives lists)
    town: str | None = None
    postal_code: str | None = None
    postal_district: str | None = None
    country: str | None = None
    road_code: str | None = None
    house_number: str | None = None
    floor: str | None = None
    door: str | None = None
    last_residence: dict[str, Any] | None = None
    contact_lines: list[str] = []  # noqa: RUF012
    contact_from: date | None = None
    contact_to: date | None = None
    municipality_code: str | None = None
    registry_status: int | None = None
    registry_status_date: date | None = None
    protection_flag: bool | None = None
    protected_from: date | None = None
    protected_to: date | None = None

    def __repr__(self) -> str:
        return "<PatronRecord>"

    @property
    def spoken_of(self) -> bool:
        """Whether an answer of the registry was applied; an annulled number gives a status and says nothing of anybody.

        Until then downstream was shown nothing of the patron (`protected` is null).
        """
        return self.protection_flag is not None


@dataclass(frozen=True, slots=True, repr=False)
class StoredPatron:
    """A patron as the database has it when an answer is applied.

    `checked_on`: the day of the last good or bad answer (None: never asked). `registry_blocks`:
    reason -> since, of source `registry` alone. `quarantine_reason`/`quarantine_tries`: the open
    quarantine, if any, and how many look-ups in a row ended in it. `custody`: what is kept of a
    minor's last answer (`mappers.custody`), None where nothing is.
    """

    patron_number: str
    cpr_number: CprNumber
    record: PatronRecord
    checked_on: date | None = None
    registry_blocks: dict[str, date] = field(default_factory=dict)
    quarantine_reason: str | None = None
    quarantine_tries: int = 0
    custody: Entries | None = None

    def __repr__(self) -> str:
        return f"<StoredPatron {self.patron_number}>"


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Why an answer is not applied: a reason of `mappers.quarantine`, and a detail without values.

    `other_patron`: the patron number that holds the successor (`duplicate patron` alone).
    """

    reason: str
    detail: str | None = None
    other_patron: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Decision:
    """What one answer does to one patron.

    `outcome`: `first answer`, `changed`, `unchanged`, or the quarantine reason.
    `after`: the record to store; the very object of the stored patron where nothing is rewritten.
    `events`: kind -> fields that changed (never values), in the order of `mappers.events`.
    `moved_to`: the patron's new CPR number, or None.
    `blocks_set`: reason -> since, to be added or re-dated; `blocks_lifted`: reasons to remove.
    `quarantine`: set where the patron goes to or stays in quarantine; else an open one ends.
    `tries`: the quarantine's look-ups in a row, this one included (0 outside it).
    `next_due`: the day the patron is due again, None for never by schedule.
    `first`: the registry had not spoken about the patron before this answer.
    `shares`: the keys of the lines of `mappers.plausibility` that this answer counts in.
    `notes`: codes for the run's report that hold nothing back (`mappers.municipalities.NOTES`).
    `custody`: what to keep of a minor's custody; the very object of the stored patron where nothing is
    rewritten, None where nothing is kept. `custody_taken`: this answer is what is kept, changed or not.
    """

    patron_number: str
    outcome: str
    after: PatronRecord
    next_due: date | None
    first: bool
    events: dict[str, tuple[str, ...]] = field(default_factory=dict)
    moved_to: CprNumber | None = None
    blocks_set: dict[str, date] = field(default_factory=dict)
    blocks_lifted: tuple[str, ...] = ()
    quarantine: Quarantine | None = None
    tries: int = 0
    shares: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    custody: Entries | None = None
    custody_taken: bool = False

    def __repr__(self) -> str:
        return f"<Decision {self.patron_number} {self.outcome}>"
