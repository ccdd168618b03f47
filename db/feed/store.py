"""The change feed for those who read it: consumers by name, what comes next, how far each has come.

What comes next is what was committed since the consumer last came to the end, whatever the numbers of events and of
transactions say (docs/explanation/feed.md): so a transaction that commits late is not missed, and the events of a
patron come in the order of the changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import class_row

from db.statements import statement

NOW, BEGINNING, KEPT = "now", "beginning", "kept"
STARTS = (NOW, BEGINNING, KEPT)
"""Where a consumer may start, beside a time: what comes from now on; all patrons, then what comes; what is kept."""

AT_A_PATRON = 0
"""In the place of an event's: a consumer that began with all patrons stopped at one of them."""


class FeedProblem(Exception):
    """A consumer that can't be served. `code`: one of `PROBLEMS`' values."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


UNKNOWN, DEAD, ANOTHER_ROLE, KNOWN, NO_START, NO_NAME, NOT_READING, NO_REASON, NO_RIGHT, OTHER_CONTRACT = (
    "unknown",
    "dead",
    "another role",
    "known",
    "no start",
    "no name",
    "not reading",
    "no reason",
    "no right",
    "other contract",
)
PROBLEMS: Mapping[str, str] = {
    "PF001": UNKNOWN,
    "PF002": DEAD,
    "PF003": ANOTHER_ROLE,
    "PF004": KNOWN,
    "PF005": NO_START,
    "PF006": NO_NAME,
    "PF007": NOT_READING,
    "PF008": NO_REASON,
    "42501": NO_RIGHT,
    **dict.fromkeys(("3F000", "42P01", "42883"), OTHER_CONTRACT),
}
"""SQLSTATE -> what is the matter: as the functions in db/downstream raise it; as PostgreSQL does to a user who may not
call them, and where there is no such schema, view or function."""

CONTRACT = 1
"""The version of the contract with downstream systems that is read here."""


@dataclass(frozen=True, slots=True, eq=False)
class What:
    """What an event tells beside whose it is. `at`: when its transaction began; `run` made it, None: no run."""

    kind: str
    fields: tuple[str, ...]
    at: datetime
    run: int | None


class Event(NamedTuple):
    """One event. `what`: an object that events have in common, those of a transaction above all."""

    position: int
    patron_number: str
    what: What


@dataclass(frozen=True, slots=True)
class Consumer:
    """A consumer and how far it has come. `waiting`: events that it has not read; `waiting_since`: the oldest's time.

    `behind_seconds`: how long that one has waited, 0 where none does.

    `patrons_left`: it began with all patrons, and has not been told of all yet. `stopped_*`: an event could not be
    delivered to it.
    """

    consumer: str
    position: int | None
    waiting: int
    waiting_since: datetime | None
    behind_seconds: float
    patrons_left: bool
    registered_at: datetime
    registered_by: str
    read_at: datetime
    dead_on: Any
    stopped_at: datetime | None
    stopped_position: int | None
    stopped_reason: str | None


def require_reader(connection: psycopg.Connection) -> None:
    """Raises `FeedProblem` where the user may not read the feed, or the database keeps another contract."""
    with _told():
        row = connection.execute(statement("feed/may_read")).fetchone()
    if row is None or row[0] != CONTRACT:
        raise FeedProblem(OTHER_CONTRACT)
    if not row[1]:
        raise FeedProblem(NO_RIGHT)


def register(connection: psycopg.Connection, consumer: str, start: str = NOW) -> None:
    """Registers a consumer; `start`: one of `STARTS`, or a time as PostgreSQL reads it. Raises `FeedProblem`."""
    with _told():
        connection.execute(statement("feed/register"), {"consumer": consumer, "start": start})


def forget(connection: psycopg.Connection, consumer: str) -> None:
    """Ends a consumer: no event is kept for it any more. Raises `FeedProblem`."""
    with _told():
        connection.execute(statement("feed/forget"), {"consumer": consumer})


def listen(connection: psycopg.Connection) -> None:
    """From now on the connection is notified of each commit that has made events."""
    connection.execute(statement("feed/listen"))


def next_changes(connection: psycopg.Connection, consumer: str, most: int) -> list[Event]:
    """The events that the consumer has to deal with next, the same until `commit` says otherwise; [] for none new.

    Raises `FeedProblem`.
    """
    return _events(connection, "next_changes", consumer=consumer, most=most)


def changes_past(connection: psycopg.Connection, consumer: str, past: int, most: int) -> list[Event]:
    """Events after the one at `past`, which `next_changes` has given: what it gives once that one is committed.

    [] where it is the last that can be told before it is committed. Raises `FeedProblem`.
    """
    return _events(connection, "changes_past", consumer=consumer, past=past, most=most)


def _events(connection: psycopg.Connection, name: str, **parameters: Any) -> list[Event]:
    with _told():
        row = connection.execute(statement(f"feed/{name}"), parameters).fetchone()
    if row is None or row[0] is None:
        return []
    positions, numbers = (json.loads(f"[{text}]") for text in row[:2])
    return list(map(_event, zip(positions, numbers, map(_what, row[2].split("\n")), strict=True)))


_event = partial(tuple.__new__, Event)
"""As `Event._make`, in a third of the time: here it counts."""


@lru_cache(maxsize=1024)
def _what(text: str) -> What:
    kind, at, fields, *run = text.split("\t")
    return What(kind, tuple(json.loads(fields)), datetime.fromisoformat(at), int(run[0]) if run else None)


def commit(connection: psycopg.Connection, consumer: str, position: int) -> None:
    """The consumer is done with the event at `position` and with those given before it. Raises `FeedProblem`."""
    with _told():
        connection.execute(statement("feed/commit_position"), {"consumer": consumer, "position": position})


def next_patrons(connection: psycopg.Connection, consumer: str, most: int) -> list[str]:
    """Numbers of patrons of whom a consumer that began with all of them has not been told yet, the same until
    `commit_patrons` says otherwise; []: it has been told of all, or did not begin with them. Raises `FeedProblem`.
    """
    with _told():
        rows = connection.execute(statement("feed/next_patrons"), {"consumer": consumer, "most": most}).fetchall()
    return [number for (number,) in rows]


def commit_patrons(connection: psycopg.Connection, consumer: str, patron_number: str) -> None:
    """The consumer has been told of all patrons up to this number. Raises `FeedProblem`."""
    with _told():
        parameters = {"consumer": consumer, "patron_number": patron_number}
        connection.execute(statement("feed/commit_patrons"), parameters)


def stop(connection: psycopg.Connection, consumer: str, position: int, reason: str) -> None:
    """Notes that the consumer stopped at an event that could not be delivered. `reason`: a code.

    Raises `FeedProblem`.
    """
    with _told():
        connection.execute(statement("feed/stop"), {"consumer": consumer, "position": position, "reason": reason})


def consumers(connection: psycopg.Connection) -> list[Consumer]:
    """The consumers that the user may read for, the operator all, by name, and how far each has come."""
    with connection.cursor(row_factory=class_row(Consumer)) as cursor:
        return cursor.execute(statement("feed/list_consumers")).fetchall()


@contextmanager
def _told() -> Iterator[None]:
    """What the functions of the feed refuse, as a `FeedProblem`; every other error as it is."""
    try:
        yield
    except psycopg.Error as error:
        code = PROBLEMS.get(error.sqlstate or "")
        if code is None:
            raise
        raise FeedProblem(code) from None


def hold(connection: psycopg.Connection, consumer: str) -> bool:
    """Lets this session alone read in the consumer's name, as long as it lasts; False where another one does.

    Raises `FeedProblem`.
    """
    with _told():
        row = connection.execute(statement("feed/hold"), {"consumer": consumer}).fetchone()
    return bool(row and row[0])


def wait_for_no_disk(connection: psycopg.Connection) -> None:
    """From now on a crash of the server may take the session's last commits back, so that events come again."""
    connection.execute(statement("feed/wait_for_no_disk"))


def skip(connection: psycopg.Connection, consumer: str) -> int | None:
    """Goes past the event at which the consumer stopped; its place, None where it has not stopped.

    Raises `FeedProblem`, for one where something else comes next by now.
    """
    with _told():
        row = connection.execute(statement("feed/skip"), {"consumer": consumer}).fetchone()
    return row[0] if row else None
