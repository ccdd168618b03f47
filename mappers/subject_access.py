"""What the library keeps about one person, for themselves (GDPR article 15): the privacy notice filled in.

For whoever answers for it: the rows are those of `mappers.inventory`; here stands what becomes of one person's. Each is
shown, with the day on which it falls due to be forgotten by the rule of `mappers.retention` that removes it. What is
not shown is declared in `LEFT_OUT`, with the reason that the answer gives; beside it there are the rows of the
inventory that nobody is shown (`mappers.inventory.LEFT_OUT`). Other people are in it by what they are to the person (a
child, the mother), and a protected one not at all: db/subject_access sees to that.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from mappers.inventory import NOBODY, ROWS, Row, table_of
from mappers.local_days import local_day
from mappers.retention import (
    BALANCES,
    RULES,
    Material,
    Rule,
    ended_on,
    falls_due,
    is_held,
    names_material,
)

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Table -> what of it is about the person, by column. `other` is what somebody else in the row is to them."""

REASON = "the person asked what is kept about them (GDPR article 15)"
"""Why everything about a person was shown, as the access log has it where nothing else is said."""

PERSON = "library.patron"
"""The table with one row a patron: its columns are told one by one, and what other tables hold in lots."""

CPR_NUMBER, ANOTHER, PROTECTED, STAFF, TECHNICAL = "cpr number", "another", "protected", "staff", "technical"

LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    # The digits: the answer says that there is a number, and shows none of it, so that it can be sent.
    CPR_NUMBER: (
        "library.patron.cpr_number",
        "library.former_cpr_number.cpr_number",
        "library.guardian.cpr_number",
        "library.former_guardian_number.cpr_number",
    ),
    # Who the other one is: a child, a guardian, another patron.
    ANOTHER: (
        "library.guardian_link.patron_number",
        "library.guardian_link.guardian_id",
        "library.custody.patron_number",
        "library.custody.cpr_number",
        "library.staff_case.patron_number",
        "library.staff_case.detail",
    ),
    # Every row about somebody protected, or of whom the registry has not spoken: nor whether there is one.
    PROTECTED: (),
    # Which of the staff it was.
    STAFF: ("library.staff_case.closed_by", "sync.disclosure.os_user", "sync.disclosure.db_user"),
    # Numbers by which the worker finds its rows.
    TECHNICAL: (
        "library.guardian.guardian_id",
        "library.former_guardian_number.guardian_id",
        "sync.guardian_check.guardian_id",
        "sync.registry_access.guardian_id",
        "sync.registry_access.run_id",
        "sync.disclosure.disclosure_id",
        "sync.disclosure.guardian_id",
        "sync.quarantine.quarantine_id",
        "sync.change.position",
        "sync.change.transaction_id",
        "sync.change.run_id",
    ),
}
"""Why something is not shown -> the columns."""

MASKED = LEFT_OUT[CPR_NUMBER]
"""Columns of which it is said that they hold something, and not what."""

_HIDDEN = {place for places in LEFT_OUT.values() for place in places} - set(MASKED)

OF_THE_WORKER: Mapping[str, tuple[str, ...]] = {
    "sync.registry_access": ("asked_at", "purpose", "outcome"),
    "sync.disclosure": ("at", "reason"),
    "sync.patron_check": ("checked_at", "checked_on", "next_due", "failed_before", "custody_on"),
    "sync.guardian_check": ("checked_at", "checked_on", "next_due", "reason", "since", "tries"),
    "sync.quarantine": ("reason", "detail", "since", "tries", "closed_on"),
    "sync.change": ("at", "kind", "fields"),
}
"""Columns of the worker's own tables that are shown; the inventory names these tables as wholes."""

ON, NOT_YET, HELD, STAYS = "on", "not yet", "held", "stays"
GOING: tuple[str, ...] = (ON, NOT_YET, HELD, STAYS)
"""When a row is forgotten: on a day; so long after what has not come yet; not while a legal hold lasts; it holds
nothing of that kind any more, and stays as long as the person is known."""

_RULE_OF: dict[str, Rule] = {part.table: rule for rule in RULES for part in rule.parts}
_RULE_OF["library.payment"] = BALANCES  # they go with their charge

_CLOCKS: Mapping[str, Callable[[Mapping[str, Any]], date | None]] = {
    "library.loan": lambda row: row["over_on"],
    "library.reservation": lambda row: ended_on(row["fulfilled_at"], row["deleted_at"]),
    "library.charge": lambda row: row["settled_on"],
    "library.payment": lambda row: row["charge_settled_on"],
    "library.message": lambda row: local_day(row["sent_at"]),
    "library.guardian": lambda row: row["ended_on"],
    "sync.registry_access": lambda row: local_day(row["asked_at"]),
    "sync.disclosure": lambda row: local_day(row["at"]),
    "sync.change": lambda row: local_day(row["at"]),
    "sync.quarantine": lambda row: row["closed_on"],
}
"""Table -> the clock day of a row of it, None while its clock has not begun. Rows of others have no day."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the days follow from. `periods`: rule -> the period in force. `kinds_without_material`: as of retention."""

    today: date
    periods: Mapping[str, int]
    kinds_without_material: Collection[str] = ()


class Named(NamedTuple):
    """A code with the name that people know it by."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Going:
    """When a row is forgotten: a code of `GOING`, its day where it has one, and the rule."""

    code: str
    rule: Rule
    day: date | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Record:
    """One row. `other`: what somebody else in it is to the person. `going` None: as is said of the whole."""

    values: dict[str, Any]
    other: str | None = None
    going: Going | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Lot:
    """What one table holds about the person."""

    table: str
    columns: tuple[str, ...]
    records: list[Record]


@dataclass(frozen=True, slots=True, repr=False)
class Thing:
    """A row of the inventory filled in: columns of the patron's own row, and lots of other tables.

    `told_with`: the row under which its table is told already.
    """

    row: Row
    values: dict[str, Any] = field(default_factory=dict)
    lots: list[Lot] = field(default_factory=list)
    told_with: Row | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept."""
        return not any(map(says_something, self.values.values())) and not any(lot.records for lot in self.lots)


def left_out_codes() -> list[str]:
    """Why something is left out: of what is shown otherwise, then of whole rows in which there may be somebody."""
    rows = [row.left_out for row in ROWS if row.left_out is not None and row.left_out != NOBODY]
    return [*LEFT_OUT, *dict.fromkeys(rows)]


def says_something(value: Any) -> bool:
    """Whether a column holds anything at all; `False` and 0 do."""
    return value not in (None, "", [], {})


def columns_of(table: str) -> tuple[str, ...]:
    """The columns of a table that are shown, in the inventory's order; whose row it is is not repeated."""
    if table in OF_THE_WORKER:
        return OF_THE_WORKER[table]
    places = [place for row in ROWS if row.is_shown for place in row.places if table_of(place) == table]
    shown = [place.rpartition(".")[2] for place in places if place not in _HIDDEN]
    return tuple(column for column in shown if column != "patron_number" or table == PERSON)


def fill_in(rows: Rows, terms: Terms) -> list[Thing]:
    """The inventory's rows, in their order, with what is kept about the person."""
    held = any(is_held(hold["placed_on"], hold["lifted_on"], terms.today) for hold in rows["library.legal_hold"])
    told: dict[str, Row] = {}
    things = []
    for row in ROWS:
        if not row.is_shown:
            continue
        thing = Thing(row, told_with=next((told[table] for table in row.tables if table in told), None))
        for person in rows[PERSON]:
            thing.values.update((column, _value(person, column)) for column in _patron_columns(row))
        for table in row.tables:
            if table != PERSON and table not in told:
                told[table] = row
                thing.lots.append(_lot(table, rows[table], terms, held))
        things.append(thing)
    return things


def going(table: str, row: Mapping[str, Any], terms: Terms, held: bool) -> Going | None:
    """When a row of a table is forgotten; None where rows of it have no day of their own. `held`: by a legal hold."""
    if table not in _CLOCKS:
        return None
    rule = _RULE_OF[table]
    if table == "library.message":
        material = Material(*(row[name] for name in Material._fields))
        if not names_material(row["kind"], material, terms.kinds_without_material):
            return Going(STAYS, rule)
    if held and row.get("is_a_patron_s", True) and table != "library.guardian":
        return Going(HELD, rule)
    day = _CLOCKS[table](row)
    if day is None:
        return Going(NOT_YET, rule)
    day = falls_due(rule, terms.periods[rule.name], day)
    return Going(ON, rule, max(day, row.get("not_before") or day))


def _patron_columns(row: Row) -> list[str]:
    return [place.rpartition(".")[2] for place in row.places if table_of(place) == PERSON]


def _value(row: Mapping[str, Any], column: str) -> Any:
    name = row.get(f"{column}_name")
    return row[column] if name is None else Named(row[column], name)


def _lot(table: str, rows: Sequence[Mapping[str, Any]], terms: Terms, held: bool) -> Lot:
    columns = columns_of(table)
    records = [
        Record({column: _value(row, column) for column in columns}, row.get("other"), going(table, row, terms, held))
        for row in rows
    ]
    return Lot(table, columns, records)
