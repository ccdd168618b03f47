"""Where the benchmarks of the database run: an embedded PostgreSQL as any command starts it, a database for each."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict
from psycopg.types.json import Jsonb

from bench.people import DAY, NIGHTS, TEMPLATES, cpr_number, patron_number, records
from db import embedded
from db.connect import Connection, connect
from db.embedded import EmbeddedServer
from db.upgrade import migrate
from mappers.record import PatronRecord

COLUMNS = PatronRecord._fields
_JSON = COLUMNS.index("last_residence")


@dataclass(slots=True)
class Place:
    """A server. Its settings are PostgreSQL's own: commits wait for the disk, autovacuum is at work.

    `data_dir`: where other servers that a benchmark needs are joined or started.
    """

    server: EmbeddedServer
    data_dir: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @contextmanager
    def database(self) -> Iterator[str]:
        """A database with the whole schema and no patron; yields its URL. It goes with the block."""
        with self._database("") as url:
            migrate(url)
            yield url

    @contextmanager
    def copy(self, url: str) -> Iterator[str]:
        """A copy of a database that nobody is connected to, while the block runs; yields its URL."""
        with self._database(f"TEMPLATE {conninfo_to_dict(url)['dbname']} STRATEGY file_copy") as copied:
            yield copied

    @contextmanager
    def _database(self, options: str) -> Iterator[str]:
        name = f"bench_{os.getpid()}_{next(self._numbers)}"
        with connect(self.server.url, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} {options}")  # type: ignore[call-overload]
            try:
                yield self.server.url_of(name)
            finally:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


@contextmanager
def open_place(data_dir: Path) -> Iterator[Place]:
    """Starts a server in the directory, and removes it and its data afterwards."""
    try:
        with embedded.running(data_dir) as server:
            yield Place(server, data_dir)
    finally:
        embedded.remove(data_dir)


def enrol(connection: Connection, count: int) -> None:
    """Puts `count` patrons into the library as the first night has left them: checked on `DAY`, due the day after."""
    with (
        connection.transaction(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY library.patron (patron_number, cpr_number, email, {', '.join(COLUMNS)}) FROM STDIN") as copy,
    ):
        for index, record in zip(range(count), itertools.cycle(records(NIGHTS[0])), strict=False):
            number = patron_number(index)
            copy.write_row((number, cpr_number(index).digits, f"{number}@example.org", *columns(record)))
    connection.execute(
        "UPDATE sync.patron_check SET checked_at = %s, checked_on = %s, next_due = %s",
        (f"{DAY} 01:30 UTC", DAY, DAY + timedelta(days=1)),
    )
    settle(connection)


def settle(connection: Connection) -> None:
    """Leaves nothing for autovacuum or the checkpointer to do in the middle of what is measured next."""
    connection.execute("VACUUM ANALYZE")
    connection.execute("CHECKPOINT")


@contextmanager
def prepared(connection: Connection) -> Iterator[None]:
    """Within the block psycopg prepares by itself what is run again and again, which our own connections are kept from.

    What works row by row is given that.
    """
    before, connection.prepare_threshold = connection.prepare_threshold, 5  # psycopg's own
    try:
        yield
    finally:
        connection.prepare_threshold = before


def columns(record: PatronRecord) -> list[object]:
    """The record as its columns are written."""
    row = list(record)
    if row[_JSON] is not None:
        row[_JSON] = Jsonb(row[_JSON])
    return row


def records_of(night: int, indexes: Iterable[int]) -> list[PatronRecord]:
    """What the library knows of these patrons after that night."""
    known = records(night)
    return [known[index % TEMPLATES] for index in indexes]
