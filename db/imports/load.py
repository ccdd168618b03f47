"""The road that every kind of extract takes: by COPY into a temporary table, from there set by set into the library.

    with load_of("patrons", connection, layout.names) as load:      # db/imports/kinds.py
        for rows, rejects in chunks:
            load.stage(rows, rejects)
        with load.applied(terms) as counts:     # one transaction; a dry run is rolled back
            write(load.rejects())

A line that is wrong is a reject, and the rest is loaded; a crash leaves nothing of the file. What a kind does with its
lines is its own: a folder of statements, and a subclass of `Load` in its store.py.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from types import TracebackType
from typing import Any, ClassVar, LiteralString, Self

import psycopg
from psycopg import sql

from db.errors import guarded
from db.net_media.rights import ServiceChanges
from db.statements import statement
from mappers.extracts.faults import Fault, Reject
from mappers.extracts.remarks import Remark

LOAD_LOCK = 0x50A8_0001  # any number of our own: one load at a time

Row = list[Any]
"""A line of the file that can be read: its line number, then one text or None per column."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a file is loaded. `child_groups`: patron groups that an adult is not given. `not_barring`: reasons of blocks
    that do not bar from net media. `approved`: agreements may lack a municipality that has one in force. `may_go`: the
    file is the whole register of patrons, and says whether so many of so many may be gone."""

    run_id: int
    today: date
    child_groups: Sequence[str]
    dry_run: bool = False
    not_barring: Sequence[str] = ()
    approved: bool = False
    may_go: Callable[[int, int], bool] | None = None


@dataclass(frozen=True, slots=True)
class Register:
    """Patrons of whom a file has no line, or who come `back` with one.

    `gone`: from today; `held`: not yet, since a brake holds them or `nameless` lines do not say whom they are about.
    """

    gone: int = 0
    held: int = 0
    back: int = 0
    nameless: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """What a load did: read = added + changed + unchanged + rejected. `changes`: events per kind. `remarks`: how often
    something was not done as its line says. Of agreements: `missing`, municipalities that need an approval; `services`,
    what a dry run says that patrons would win and lose. Of patrons: `register`."""

    read: int
    added: int
    changed: int
    rejected: int
    changes: Mapping[str, int] = field(default_factory=dict)
    remarks: Mapping[Remark, int] = field(default_factory=dict)
    missing: Sequence[str] = ()
    services: Sequence[ServiceChanges] = ()
    register: Register = Register()

    @property
    def unchanged(self) -> int:
        """Lines whose content is there already."""
        not_taken = self.remarks.get(Remark.NOT_TAKEN, 0) + self.remarks.get(Remark.FORGOTTEN, 0)
        return self.read - self.added - self.changed - self.rejected - not_taken


class Load(ABC):
    """One file on its way into the database, on a connection that commits by itself (autocommit) and is used for
    nothing else meanwhile. `columns`: the names of the file's columns, in its order."""

    folder: ClassVar[str]
    """Where the statements of the kind stand: `imports/patrons`."""

    staging: ClassVar[str]
    """The temporary table for its lines, a text column for each of the file's, which `create_staging.sql` makes."""

    stored_as: ClassVar[Mapping[str, str]] = {}
    """Column of the file -> column of `staging`, where the names differ."""

    def __init__(self, connection: psycopg.Connection, columns: Sequence[str]) -> None:
        self._connection = connection
        self._columns = tuple(columns)
        self._read = 0
        names = ["line", *(self.stored_as.get(name, name) for name in columns)]
        self._copy = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
            sql.Identifier(self.staging), sql.SQL(", ").join(map(sql.Identifier, names))
        )
        self._types = ["int4", *("text" for _ in columns)]

    def __enter__(self) -> Self:
        with guarded():
            self._run("imports/create_reject")
            self._own("create_staging")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if not self._connection.closed and not self._connection.broken and kind is None:
            with guarded():
                self._own("drop_staging")
                self._run("imports/drop_reject")

    def stage(self, rows: Sequence[Row], rejects: Sequence[Reject]) -> None:
        """Takes the next lines of the file: those that can be read, and what is wrong with the others.

        Binary COPY, since the server's error about a text COPY would quote the line in its log.
        """
        self._read += len(rows) + len({reject.line for reject in rejects})
        with guarded():
            self._prepare(rows)
            with self._connection.cursor() as cursor:
                with cursor.copy(self._copy) as copy:
                    copy.set_types(self._types)
                    for row in rows:
                        copy.write_row(row)
                if rejects:
                    self._stage_rejects(cursor, rejects)

    @contextmanager
    def applied(self, terms: Terms) -> Iterator[Counts]:
        """Loads what was staged, in one transaction that commits when the block is left (a dry run's never does).

        Raises a `db.errors.DatabaseProblem`; nothing is loaded then.
        """
        with guarded(), self._connection.transaction():
            self._run("imports/tune")
            self._run("imports/one_at_a_time", lock=LOAD_LOCK)
            yield self._apply(terms)
            if terms.dry_run:
                raise psycopg.Rollback()

    def rejects(self) -> Iterator[Reject]:
        """What is wrong with which line, in the order of the file; within the block of `applied` alone."""
        with guarded(), self._connection.cursor(name="import_rejects") as cursor:
            cursor.execute(statement("imports/list_rejects"))
            for line, key, column, fault, other in cursor:
                yield Reject(line, key, column, Fault(fault), other)

    @abstractmethod
    def _apply(self, terms: Terms) -> Counts:
        """Sorts out the rejects and puts the rest into the library, within the transaction."""

    def _prepare(self, rows: Sequence[Row]) -> None:  # noqa: B027
        """What a kind does with rows before they leave this process; most do nothing."""

    def _stage_rejects(self, cursor: psycopg.Cursor[Any], rejects: Iterable[Reject]) -> None:
        with cursor.copy(
            "COPY import_reject (line, key, column_name, fault, other) FROM STDIN (FORMAT BINARY)"
        ) as copy:
            copy.set_types(["int4", "text", "text", "text", "text"])
            for reject in rejects:
                copy.write_row((reject.line, reject.key, reject.column, reject.fault.value, reject.other))

    def _own(self, name: str, **parameters: Any) -> int:
        """Executes a statement of the kind; returns how many rows it wrote."""
        return self._run(f"{self.folder}/{name}", **parameters)

    def _run(self, name: str, **parameters: Any) -> int:
        return self._connection.execute(self._text(name), parameters or None).rowcount

    def _text(self, name: str) -> LiteralString:
        """A statement's text; kinds that share statements put their own columns in."""
        return statement(name)

    def _one(self, name: str, **parameters: Any) -> Any:
        """The one row of a statement of the kind."""
        return self._connection.execute(self._text(f"{self.folder}/{name}"), parameters or None).fetchone()
