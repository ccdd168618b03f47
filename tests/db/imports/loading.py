"""Loads lines of an extract as a flow does, from text, and reads back what a patron has."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from db.connect import Connection
from db.imports.kinds import load_of
from db.imports.load import Counts, Terms
from db.imports.pins import hash_pin
from mappers.extracts import EXTRACTS
from mappers.extracts.columns import read_header
from mappers.extracts.faults import Fault, Reject

TODAY = date(2026, 11, 24)


@dataclass(frozen=True)
class Result:
    """What a load did."""

    counts: Counts
    rejects: list[Reject]

    @property
    def faults(self) -> list[tuple[int, Fault, str | None]]:
        """Line, fault and the other patron or line of each reject."""
        return [(reject.line, reject.fault, reject.other) for reject in self.rejects]


def is_pin(pin: str, stored: str) -> bool:
    """Whether what is stored was made of this PIN."""
    return hash_pin(pin, bytes.fromhex(stored.split("$")[1])) == stored


def load(
    connection: Connection,
    *lines: str,
    dry_run: bool = False,
    today: date = TODAY,
    child_groups: Sequence[str] = ("Barn",),
    run_id: int = 1,
    kind: str = "patrons",
    approved: bool = False,
) -> Result:
    """Loads the lines, the header first."""
    layout = read_header(EXTRACTS[kind], lines[0])
    cells = csv.reader(lines[1:], delimiter=layout.delimiter, strict=True)
    rows: list[list[Any]] = [[number, *layout.read(row)] for number, row in enumerate(cells, 2)]
    return load_rows(connection, layout.names, rows, dry_run, today, child_groups, run_id, kind, approved)


def load_rows(
    connection: Connection,
    names: Sequence[str],
    rows: Sequence[list[Any]],
    dry_run: bool = False,
    today: date = TODAY,
    child_groups: Sequence[str] = ("Barn",),
    run_id: int = 1,
    kind: str = "patrons",
    approved: bool = False,
) -> Result:
    """Loads rows that are read already."""
    terms = Terms(run_id, today, child_groups, dry_run=dry_run, approved=approved)
    with load_of(kind, connection, names) as file:
        file.stage(rows, [])
        with file.applied(terms) as counts:
            rejects = list(file.rejects())
    return Result(counts, rejects)


def speak(connection: Connection, number: str, status: int = 1) -> None:
    """The registry has spoken about a patron."""
    connection.execute(
        "UPDATE library.patron SET registry_status = %s, address_kind = 'residential' WHERE patron_number = %s",
        [status, number],
    )


def one(connection: Connection, query: str, *parameters: object) -> Any:
    """The first column of the first row."""
    row = connection.execute(query, parameters).fetchone()  # type: ignore[call-overload]
    return None if row is None else row[0]


def facts(connection: Connection, number: str, *columns: str) -> Any:
    """These columns of a patron; None where there is no such patron."""
    query = f"SELECT {', '.join(columns)} FROM library.patron WHERE patron_number = %s"
    return connection.execute(query, [number]).fetchone()  # type: ignore[call-overload]


def events(connection: Connection) -> list[tuple[str, str, list[str]]]:
    """Patron number, kind and fields of the change feed's events since the last call of `forget_events`."""
    return connection.execute("SELECT patron_number, kind, fields FROM sync.change ORDER BY position").fetchall()


def forget_events(connection: Connection) -> None:
    """Empties the change feed."""
    connection.execute("TRUNCATE sync.change")


TABLES = (
    "library.patron",
    "library.patron_phone",
    "library.patron_card",
    "library.card_pin",
    "library.block",
    "library.absence",
    "library.guardian",
    "library.guardian_link",
    "library.patron_group",
    "library.branch",
    "sync.patron_check",
    "sync.change",
)


def versions(connection: Connection) -> dict[str, list[Any]]:
    """Every row's version (who wrote it last, and where it lies) and content, by table."""
    return {
        table: connection.execute(f"SELECT ctid::text, xmin::text, t::text FROM {table} AS t ORDER BY 1").fetchall()  # type: ignore[call-overload]
        for table in TABLES
    }
