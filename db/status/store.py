"""How things stand, for the operator's morning: what runs recorded, and what is open. Numbers and codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

import psycopg
from psycopg.rows import class_row

from db.feed.store import Consumer, consumers
from db.runs.lock import LOCK_CLASS
from db.runs.store import Question, questions
from db.statements import statement

T = TypeVar("T")

WHOLE = ("due", "all")
"""Scopes of a refresh that leave out nobody whose day has come."""


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last live run of a flow, or of one kind of import (`part`).

    `state` is `killed` where the record still says `running` and the run's session is gone.
    """

    run_id: int
    flow: str
    part: str | None
    today: date
    state: str
    started_at: datetime
    ended_at: datetime | None
    counts: dict[str, Any]
    look_ups: int
    message: str | None

    @property
    def seconds(self) -> float | None:
        """How long it took; None: it has not ended."""
        return None if self.ended_at is None else round((self.ended_at - self.started_at).total_seconds(), 1)


@dataclass(frozen=True, slots=True)
class Due:
    """Who is due on a day. `overdue`: since an earlier day. `oldest_due`: the earliest of the days that are known."""

    due: int
    never_asked: int
    overdue: int
    oldest_due: date | None


@dataclass(frozen=True, slots=True)
class Group:
    """So many of one kind, and the day since which the oldest of them is open."""

    code: str
    number: int
    oldest: date


@dataclass(frozen=True, slots=True)
class Proof:
    """What a rule of retention left overdue in its last run."""

    rule: str
    run_id: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand on a day. `runs`: the last of each flow; `consumers`: who reads the change feed, as of now."""

    today: date
    runs: list[LastRun]
    due: Due
    quarantine: list[Group]
    cases: list[Group]
    questions: list[Question]
    proofs: list[Proof]
    consumers: list[Consumer]


def read_standing(connection: psycopg.Connection, day: date) -> Standing:
    """How things stand on a day: runs, quarantine and cases as of it, questions and consumers as they are now."""
    due = rows(connection, Due, "status/due", today=day)
    return Standing(
        today=day,
        runs=rows(connection, LastRun, "status/last_runs", today=day, lock_class=LOCK_CLASS, whole=list(WHOLE)),
        due=due[0],
        quarantine=rows(connection, Group, "status/quarantine_by_reason", today=day),
        cases=rows(connection, Group, "status/cases_by_kind", today=day),
        questions=questions(connection, open_only=True),
        proofs=rows(connection, Proof, "status/last_proof", today=day),
        consumers=consumers(connection),
    )


def rows(connection: psycopg.Connection, kind: type[T], name: str, **parameters: Any) -> list[T]:
    """The rows of a statement as objects of one class."""
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(statement(name), parameters).fetchall()
