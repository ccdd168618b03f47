"""Run records and operators' words: the rows of `sync.run`, `sync.batch` and `sync.approval`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from db.runs.lock import ASKING, LOCK_CLASS
from db.statements import statement

Word = Literal["apply", "skip", "abort"]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A row of `sync.run`. `counts`, `outcomes`, `changes`: numbers alone, never a person's data.

    `night_id`: the night of which it was a step.
    """

    run_id: int
    flow: str
    prefect_flow_run_id: UUID | None
    night_id: int | None
    today: date
    dry_run: bool
    parameters: dict[str, Any]
    state: str
    started_at: datetime
    ended_at: datetime | None
    counts: dict[str, Any]
    outcomes: dict[str, int]
    changes: dict[str, int]
    look_ups: int
    database: str | None
    registry: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """A brake's question (`sync.approval`), with what its run says of itself. `held`: patron numbers."""

    approval_id: int
    run_id: int
    flow: str
    rule: str
    counts: dict[str, Any]
    held: list[str]
    asked_at: datetime
    word: Word | None
    answered_at: datetime | None
    answered_by: str | None
    state: str
    today: date
    parameters: dict[str, Any]
    prefect_flow_run_id: UUID | None
    night_id: int | None


@dataclass(slots=True)
class Progress:
    """How far a run is, as it is written into its record with each batch."""

    counts: dict[str, Any] = field(default_factory=dict)
    outcomes: Mapping[str, int] = field(default_factory=dict)
    changes: Mapping[str, int] = field(default_factory=dict)
    look_ups: int = 0

    def parameters(self) -> dict[str, Any]:
        """The parameters that the statements share."""
        return {
            "counts": Jsonb(self.counts),
            "outcomes": Jsonb(dict(self.outcomes)),
            "changes": Jsonb(dict(self.changes)),
            "look_ups": self.look_ups,
        }


def open_run(
    connection: psycopg.Connection,
    *,
    flow: str,
    today: date,
    dry_run: bool,
    parameters: Mapping[str, Any],
    database: str | None = None,
    registry: str | None = None,
    flow_run_id: UUID | None = None,
    night: int | None = None,
) -> int:
    """Opens a run's record; the run is alive as long as `connection`'s session. Returns its number.

    `night`: the number of the night of which it is a step.
    """
    row = connection.execute(
        statement("runs/open_run"),
        {
            "lock_class": LOCK_CLASS,
            "flow": flow,
            "flow_run_id": flow_run_id,
            "night_id": night,
            "today": today,
            "dry_run": dry_run,
            "parameters": Jsonb(dict(parameters)),
            "database": database,
            "registry": registry,
        },
    ).fetchone()
    assert row is not None
    return int(row[0])


def ensure_partitions(connection: psycopg.Connection) -> None:
    """Makes the access log's partitions for this month and the next, where they are missing."""
    connection.execute(statement("runs/ensure_partitions"))


def take_run(connection: psycopg.Connection, run_id: int) -> bool:
    """Makes `connection`'s session the one in which an open run lives; False where another has it."""
    row = connection.execute(statement("runs/take_run"), {"lock_class": LOCK_CLASS, "run_id": run_id}).fetchone()
    return bool(row and row[0])


def go_on(connection: psycopg.Connection, run_id: int, flow_run_id: UUID | None, night: int | None = None) -> None:
    """Says that a run that waited is running again; `night`: as a step of which night."""
    parameters = {"run_id": run_id, "flow_run_id": flow_run_id, "night_id": night}
    connection.execute(statement("runs/go_on"), parameters)


def close_run(connection: psycopg.Connection, run_id: int, state: str, message: str | None, progress: Progress) -> None:
    """Closes the record with a state (docs/reference/runs.md), or says that it waits."""
    connection.execute(
        statement("runs/close_run"), {"run_id": run_id, "state": state, "message": message, **progress.parameters()}
    )


def note_counts(connection: psycopg.Connection, run_id: int, progress: Progress) -> None:
    """Writes into the record how far a run is that goes on."""
    connection.execute(statement("runs/note_counts"), {"run_id": run_id, **progress.parameters()})


def add_batch(
    connection: psycopg.Connection, run_id: int, batch_number: int, batch: Mapping[str, Any], progress: Progress
) -> None:
    """Records an applied batch and the run's counts so far, within the batch's own transaction.

    `batch`: the columns of `sync.batch` from `patrons` to `seconds`, `batch_look_ups` for `look_ups`.
    """
    parameters = {**batch, "shares": Jsonb(dict(batch["shares"])), **progress.parameters()}
    connection.execute(statement("runs/add_batch"), {"run_id": run_id, "batch_number": batch_number, **parameters})


def batch_applied(connection: psycopg.Connection, run_id: int, batch_number: int) -> bool:
    """Whether a batch was committed: asked after the connection was lost in the middle of it."""
    parameters = {"run_id": run_id, "batch_number": batch_number}
    return connection.execute(statement("runs/batch_applied"), parameters).fetchone() is not None


def close_dead_runs(connection: psycopg.Connection) -> list[tuple[int, str]]:
    """Marks runs whose session is gone as killed; returns (run number, flow) of each, the earliest first."""
    rows = connection.execute(statement("runs/close_dead_runs"), {"lock_class": LOCK_CLASS})
    return sorted((run_id, flow) for run_id, flow in rows)


def read_run(connection: psycopg.Connection, run_id: int) -> RunRecord | None:
    """One run's record, or None."""
    with connection.cursor(row_factory=class_row(RunRecord)) as cursor:
        return cursor.execute(statement("runs/read_run"), {"run_id": run_id}).fetchone()


def run_of_flow_run(connection: psycopg.Connection, flow_run_id: UUID) -> RunRecord | None:
    """The latest run of a Prefect flow run that has been here before (it was suspended, or tried again), or None."""
    with connection.cursor(row_factory=class_row(RunRecord)) as cursor:
        return cursor.execute(statement("runs/run_of_flow_run"), {"flow_run_id": flow_run_id}).fetchone()


def waiting_run(connection: psycopg.Connection, flow: str, night: int | None = None) -> int | None:
    """The newest run of a flow that waits for a word, or was given one and has not gone on; None for none.

    `night`: of the steps of that night alone.
    """
    row = connection.execute(statement("runs/waiting_run"), {"flow": flow, "night_id": night}).fetchone()
    return None if row is None else int(row[0])


def runs_of_night(connection: psycopg.Connection, night: int) -> list[RunRecord]:
    """The records of the runs that were steps of a night, in their order."""
    with connection.cursor(row_factory=class_row(RunRecord)) as cursor:
        return cursor.execute(statement("runs/runs_of_night"), {"night_id": night}).fetchall()


def latest_states(connection: psycopg.Connection, flows: Sequence[str], since: date) -> dict[str, str]:
    """Flow -> how its latest run ended that worked by this day or a later one."""
    rows = connection.execute(statement("runs/latest_states"), {"flows": list(flows), "since": since})
    return dict(rows.fetchall())


def ask(
    connection: psycopg.Connection, run_id: int, flow: str, rule: str, counts: Mapping[str, Any], held: Sequence[str]
) -> int:
    """Writes a brake's question; returns its number."""
    row = connection.execute(
        statement("runs/ask"),
        {"run_id": run_id, "flow": flow, "rule": rule, "counts": Jsonb(dict(counts)), "held": list(held)},
    ).fetchone()
    assert row is not None
    return int(row[0])


def answer(connection: psycopg.Connection, run_id: int, word: Word, answered_by: str, part: str | None = None) -> int:
    """Gives a word to the open questions of a run, or of the steps of a night; returns how many there were.

    `part`: to those about this service or rule alone.
    """
    rows = connection.execute(
        statement("runs/answer"), {"run_id": run_id, "word": word, "answered_by": answered_by, "part": part}
    ).fetchall()
    return len(rows)


def end_waiting(connection: psycopg.Connection, run_id: int, message: str) -> bool:
    """Ends a waiting run as aborted; False where it does not wait."""
    row = connection.execute(statement("runs/end_waiting"), {"run_id": run_id, "message": message}).fetchone()
    return row is not None


def end_superseded(connection: psycopg.Connection, flow: str, run_id: int) -> list[int]:
    """Ends the other runs of the flow that wait, since this one takes their place; returns their numbers.

    In a transaction that goes on to say that this one waits, two at once do so one after the other.
    """
    connection.execute(statement("runs/one_asks_at_a_time"), {"lock": ASKING})
    rows = connection.execute(statement("runs/end_superseded"), {"flow": flow, "run_id": run_id})
    return [row[0] for row in rows]


def end_superseded_nights(connection: psycopg.Connection, night: int, today: date) -> list[int]:
    """Ends the other nights that wait, and their steps that do, since this night takes their place; their numbers."""
    rows = connection.execute(statement("runs/end_superseded_nights"), {"night_id": night, "today": today})
    return [row[0] for row in rows]


def abort_unanswered(connection: psycopg.Connection, hours: float) -> list[int]:
    """Ends the runs whose question nobody has answered for `hours`; returns their numbers.

    A question that nobody answers is answered `abort` (docs/reference/rules.md, "Operator's word").
    """
    return [row[0] for row in connection.execute(statement("runs/abort_unanswered"), {"seconds": hours * 3600})]


def questions(connection: psycopg.Connection, *, run_id: int | None = None, open_only: bool = False) -> list[Question]:
    """The brakes' questions, newest first: of one run (of a night: of its steps) or of all, the unanswered or all."""
    with connection.cursor(row_factory=class_row(Question)) as cursor:
        return cursor.execute(statement("runs/questions"), {"run_id": run_id, "open_only": open_only}).fetchall()
