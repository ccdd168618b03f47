"""Loads an extract of patrons: lines go by COPY into a temporary table, and from there set by set into the library.

    with PatronLoad(connection, layout.names) as load:
        for rows, rejects in chunks:
            load.stage(rows, rejects)
        with load.applied(terms) as counts:     # one transaction; a dry run is rolled back
            write(load.rejects())

A line that is wrong is a reject, and the rest is loaded; a crash leaves nothing of the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql

from db.errors import guarded
from db.imports.pins import hash_pins
from db.statements import statement
from mappers import events
from mappers.extracts.faults import Fault, Reject
from mappers.extracts.patrons import EVENT_OF_FIELD
from mappers.extracts.taking import last_birth_date_of_an_adult

LOAD_LOCK = 0x50A8_0001  # any number of our own: one load at a time

Row = list[Any]
"""A line of the file that can be read: its line number, then one text or None per column."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a file is loaded. `child_groups`: patron groups that an adult is not given."""

    run_id: int
    today: date
    child_groups: Sequence[str]
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """What a load did: read = added + changed + unchanged + rejected. `changes`: events per kind."""

    read: int
    added: int
    changed: int
    rejected: int
    changes: Mapping[str, int] = field(default_factory=dict)
    child_groups_not_taken: int = 0
    unlisted_municipality_codes: int = 0

    @property
    def unchanged(self) -> int:
        """Lines of patrons who are as the line says already."""
        return self.read - self.added - self.changed - self.rejected


class PatronLoad:
    """One file on its way into the database, on a connection that commits by itself (autocommit) and is used for
    nothing else meanwhile. `columns`: the names of the file's columns, in its order."""

    def __init__(self, connection: psycopg.Connection, columns: Sequence[str]) -> None:
        self._connection = connection
        self._columns = tuple(columns)
        self._read = 0
        names = ["line", *("pin_hash" if name == "pin" else name for name in columns)]
        self._copy = sql.SQL("COPY import_patron ({}) FROM STDIN (FORMAT BINARY)").format(
            sql.SQL(", ").join(map(sql.Identifier, names))
        )
        self._types = ["int4", *("text" for _ in columns)]

    def __enter__(self) -> Self:
        with guarded():
            self._connection.execute(statement("imports/create_reject"))
            self._connection.execute(statement("imports/patrons/create_staging"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if not self._connection.closed and not self._connection.broken and kind is None:
            with guarded():
                self._connection.execute(statement("imports/patrons/drop_staging"))

    def stage(self, rows: Sequence[Row], rejects: Sequence[Reject]) -> None:
        """Takes the next lines of the file: those that can be read, and what is wrong with the others.

        Binary COPY, since the server's error about a text COPY would quote the line in its log.
        """
        self._read += len(rows) + len({reject.line for reject in rejects})
        with guarded():
            if "pin" in self._columns:
                self._hash_pins(rows)
            with self._connection.cursor() as cursor:
                with cursor.copy(self._copy) as copy:
                    copy.set_types(self._types)
                    for row in rows:
                        copy.write_row(row)
                if rejects:
                    self._stage_rejects(cursor, rejects)

    def _hash_pins(self, rows: Sequence[Row]) -> None:
        card, pin = self._columns.index("card_number") + 1, self._columns.index("pin") + 1
        for row, pin_hash in zip(
            rows, hash_pins(self._connection, [(row[card], row[pin]) for row in rows]), strict=True
        ):
            row[pin] = pin_hash

    def _stage_rejects(self, cursor: psycopg.Cursor[Any], rejects: Iterable[Reject]) -> None:
        with cursor.copy(
            "COPY import_reject (line, key, column_name, fault, other) FROM STDIN (FORMAT BINARY)"
        ) as copy:
            copy.set_types(["int4", "text", "text", "text", "text"])
            for reject in rejects:
                copy.write_row((reject.line, reject.key, reject.column, reject.fault.value, reject.other))

    @contextmanager
    def applied(self, terms: Terms) -> Iterator[Counts]:
        """Loads what was staged, in one transaction that commits when the block is left (a dry run's never does).

        Raises a `db.errors.DatabaseProblem`; nothing is loaded then.
        """
        with guarded(), self._connection.transaction():
            yield self._apply(terms)
            if terms.dry_run:
                raise psycopg.Rollback()

    def rejects(self) -> Iterator[Reject]:
        """What is wrong with which line, in the order of the file; within the block of `applied` alone."""
        with guarded(), self._connection.cursor(name="import_rejects") as cursor:
            cursor.execute(statement("imports/list_rejects"))
            for line, key, column, fault, other in cursor:
                yield Reject(line, key, column, Fault(fault), other)

    def _apply(self, terms: Terms) -> Counts:
        self._run("imports/tune")
        self._run("imports/one_at_a_time", lock=LOAD_LOCK)
        self._run("imports/patrons/analyze_staging")
        self._patrons("reject_second_lines")
        self._decide(terms)
        right, added, changed, withheld, unlisted = self._one("imports/patrons/count_work")
        if added or changed:
            self._write(known=changed > 0)
        changes = self._append_events(terms.run_id, added, changed)
        return Counts(self._read, added, changed, self._read - right, changes, withheld, unlisted)

    def _decide(self, terms: Terms) -> None:
        """Sorts out the rejects, and compares the rest with the library until it is compared with what is locked."""
        has_numbers, has_cards = "cpr_number" in self._columns, "card_number" in self._columns
        changed_meanwhile = True
        while changed_meanwhile:
            if has_numbers:
                self._patrons("reject_third_numbers")
            rejected = 1
            while rejected:
                rejected = self._patrons("reject_held_numbers") if has_numbers else 0
                rejected += self._patrons("reject_held_cards") if has_cards else 0
            if "patron_group" in self._columns:
                self._patrons(
                    "withhold_child_groups",
                    child_groups=list(terms.child_groups),
                    last_birth_date=last_birth_date_of_an_adult(terms.today),
                    columns=list(self._columns),
                )
            self._patrons("empty_work")
            self._patrons("taken", columns=list(self._columns))
            _, changed_meanwhile = self._one("imports/patrons/lock_patrons")

    def _write(self, known: bool) -> None:
        """Writes what is to be done. `known`: patrons are among it who were there before."""
        there = set(self._columns)
        if "patron_group" in there:
            self._patrons("add_groups")
        if "home_branch" in there:
            self._patrons("add_branches")
        if known:
            self._patrons("release_numbers")
            self._patrons("update_patrons")
            self._patrons("make_due")
        self._patrons("add_patrons")
        if there & {"mobile", "landline"}:
            self._patrons("put_phones")
        if "absent_from" in there:
            self._patrons("put_absences")
        if "block_reason" in there:
            self._patrons("put_blocks")
        if "card_number" in there:
            if known and "pin" not in there:
                self._patrons("keep_pins")
            if known:
                self._patrons("drop_cards")
            self._patrons("add_cards")
            self._patrons("put_pins")

    def _append_events(self, run_id: int, added: int, changed: int) -> dict[str, int]:
        counts: dict[str, int] = {}
        if added:
            self._patrons("append_added", kind=events.ADDED, run_id=run_id)
            counts[events.ADDED] = added
        if changed:
            told = sorted(EVENT_OF_FIELD.items(), key=lambda item: events.KINDS.index(item[1]))
            rows = self._connection.execute(
                statement("imports/patrons/append_changes"),
                {"fields": [field for field, _ in told], "kinds": [kind for _, kind in told], "run_id": run_id},
            )
            counts |= sorted(rows, key=lambda row: events.KINDS.index(row[0]))
        return counts

    def _patrons(self, name: str, **parameters: Any) -> int:
        return self._run(f"imports/patrons/{name}", **parameters)

    def _run(self, name: str, **parameters: Any) -> int:
        """Executes a statement; returns how many rows it wrote."""
        return self._connection.execute(statement(name), parameters or None).rowcount

    def _one(self, name: str) -> Any:
        return self._connection.execute(statement(name)).fetchone()
