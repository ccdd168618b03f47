"""Who reads which row of the inventory, and what is in no row, as the database in use has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import psycopg

from db.inventory.readers import GIVES, GOES_BY
from db.roles import PREFIX, WORKER
from db.statements import statement
from mappers.inventory import ROWS, Row, table_of

SCHEMAS = ["library", "sync", "downstream"]


class Granted(NamedTuple):
    """A table, view or function (`reader`), a role that it is granted to, and the columns of tables that it shows.

    `is_text`: a function of whose body the catalog knows nothing. `calls`: such functions that it uses.
    """

    reader: str
    kind: str
    is_text: bool
    role: str
    places: list[str]
    calls: list[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a role may read of a row: through which table, view or function, and which of the row's places."""

    reader: str
    kind: str
    role: str
    places: tuple[str, ...]


def list_granted(connection: psycopg.Connection) -> list[Granted]:
    """Every right to read that the database gives, but for its owner's."""
    rows = connection.execute(statement("inventory/list_readers"), {"schemas": SCHEMAS})
    return [Granted(*row) for row in rows]


def readings(granted: Iterable[Granted]) -> dict[str, list[Reading]]:
    """Key of a row -> who may read it, or a part of it, and through what."""
    found: dict[str, list[Reading]] = {row.key: [] for row in ROWS}
    for one in granted:
        shown = _shown(one)
        for row in ROWS:
            if places := tuple(place for place in shown if _is_in(place, row)):
                found[row.key].append(Reading(one.reader, one.kind, one.role, places))
    return found


def roles_of(readings_of_row: Sequence[Reading]) -> list[str]:
    """The roles that may read a row, the worker's first."""
    return sorted({one.role for one in readings_of_row}, key=lambda role: (role != WORKER.name, role))


def not_as_declared(found: Mapping[str, Sequence[Reading]]) -> dict[str, tuple[list[str], list[str]]]:
    """Key of a row -> roles that may read it though the inventory does not say so, and the other way round.

    Rows of which the database and the inventory say the same are not among it.
    """
    differ = {}
    for row in ROWS:
        may = {one.role for one in found[row.key]}
        declared = {f"{PREFIX}{reader}" for reader in row.seen_by} | ({WORKER.name} if row.worker_sees else set())
        if may != declared:
            differ[row.key] = (sorted(may - declared), sorted(declared - may))
    return differ


def undeclared_places(connection: psycopg.Connection) -> list[str]:
    """Columns of the library, and tables of the worker, that are in no row of the inventory."""
    rows = connection.execute(statement("inventory/list_places"), {"schemas": SCHEMAS})
    there = {place for (place,) in rows}
    wanted = {place if place.startswith("library.") else table_of(place) for place in there}
    return sorted(wanted - {place for row in ROWS for place in row.places})


def _shown(one: Granted) -> list[str]:
    """What the catalog says is shown, without what a view only goes by; and what functions give that it cannot see."""
    called = [one.reader] if one.is_text else [name for name in one.calls if name != one.reader]
    given = [place for name in called for place in GIVES.get(name, ())]
    return sorted({*one.places, *given} - set(GOES_BY.get(one.reader, ())))


def _is_in(place: str, row: Row) -> bool:
    return place in row.places or table_of(place) in row.places
