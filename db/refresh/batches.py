"""One batch, one transaction: what an answer changes, its events, its access-log rows and the next due day.

    with Batches(connection, run_id, today).open(numbers) as batch:
        decisions = [decide(batch.stored[number], ...) for number in batch.stored]
        batch.apply(decisions, checked_at, accesses)

Leaving the block commits, an exception in it rolls back; `batch.undo()` rolls back without one (dry run).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, LiteralString

import psycopg
from psycopg.types.json import Jsonb

from cpr_client import CprNumber
from db.copying import put
from db.guardians.custody import Custody, custody_of, keep_custody
from db.refresh.columns import COLUMNS, TYPES, with_columns
from db.session import Session
from db.statements import statement
from mappers.quarantine import SAYS_NOTHING
from mappers.record import Decision, PatronRecord, StoredPatron

_RESIDENCE = COLUMNS.index("last_residence")
_BEFORE_RECORD = 8  # columns of lock_patrons.sql that stand before the record's


@dataclass(frozen=True, slots=True)
class Access:
    """One look-up for the registry access log: `outcome` is a code, never data. `seconds`: how long it took."""

    patron_number: str
    asked_at: datetime
    outcome: str
    seconds: float = 0.0


@dataclass(slots=True)
class Batch:
    """An open batch: its patrons as they stand, locked. `undone` once it is to be rolled back."""

    connection: psycopg.Connection
    run_id: int
    today: date
    stored: dict[str, StoredPatron]
    undone: bool = field(default=False)

    def undo(self) -> None:
        """The batch will be rolled back when its block is left, without an error."""
        self.undone = True

    def holders(self, cpr_numbers: Iterable[CprNumber]) -> dict[CprNumber, str]:
        """Which of these numbers a patron holds now -> that patron's number."""
        return holders(self.connection, cpr_numbers)

    def apply(
        self,
        decisions: Sequence[Decision],
        checked_at: Mapping[str, datetime],
        accesses: Iterable[Access],
        purpose: str,
    ) -> None:
        """Writes what was decided, set by set. `checked_at`: when each patron's answer came."""
        connection = self.connection
        rewritten = [d for d in decisions if d.moved_to or d.after is not self.stored[d.patron_number].record]
        blocked = [d for d in decisions if d.blocks_set or d.blocks_lifted]
        with connection.cursor() as cursor:
            if rewritten:
                put(cursor, "staged_patron", _PATRON_TYPES, map(_staged, rewritten))
                if any(decision.moved_to for decision in rewritten):
                    cursor.execute(statement("refresh/keep_former_numbers"), {"today": self.today})
                cursor.execute(with_columns("refresh/apply_patrons"))
            if blocked:
                put(cursor, "staged_block", _BLOCK_TYPES, _staged_blocks(blocked))
                cursor.execute(statement("refresh/apply_blocks"))
            self._keep_custody(cursor, decisions)
            self._append_events(cursor, decisions)
            self._mark_checked(cursor, decisions, checked_at)
        log_accesses(connection, accesses, purpose, self.run_id)

    def _keep_custody(self, cursor: psycopg.Cursor[Any], decisions: Sequence[Decision]) -> None:
        """Of minors whose custody is another than what is kept, and of who is none any more; of nobody else."""
        changed: Custody = {
            decision.patron_number: decision.custody or ()
            for decision in decisions
            if decision.custody is not self.stored[decision.patron_number].custody
        }
        if changed:
            keep_custody(cursor, changed)

    def put_behind(self, numbers: Sequence[str]) -> None:
        """Patrons about whom the registry was asked in vain: they stay due, behind all others."""
        if numbers:
            self.connection.execute(statement("refresh/put_behind"), {"numbers": list(numbers)})

    def _append_events(self, cursor: psycopg.Cursor[Any], decisions: Sequence[Decision]) -> None:
        rows = [
            (decision.patron_number, kind, list(fields), self.run_id)
            for decision in decisions
            for kind, fields in decision.events.items()
        ]
        if rows:
            put(cursor, "sync.change (patron_number, kind, fields, run_id)", _CHANGE_TYPES, rows)

    def _mark_checked(
        self, cursor: psycopg.Cursor[Any], decisions: Sequence[Decision], checked_at: Mapping[str, datetime]
    ) -> None:
        put(cursor, "staged_check", _CHECK_TYPES, self._staged_checks(decisions, checked_at))
        quarantines = any(decision.quarantine or self._was_quarantined(decision) for decision in decisions)
        today = {"today": self.today, "claimant": self.run_id, "says_nothing": sorted(SAYS_NOTHING)}
        if quarantines:
            for name in ("close_quarantine", "open_quarantine", "close_cases", "open_cases"):
                cursor.execute(statement(f"refresh/{name}"), today)
        cursor.execute(statement("refresh/mark_checked"), today)

    def _staged_checks(
        self, decisions: Sequence[Decision], checked_at: Mapping[str, datetime]
    ) -> Iterator[Sequence[Any]]:
        for decision in decisions:
            number, why = decision.patron_number, decision.quarantine
            told = (why.reason, why.detail, why.other_patron) if why else (None, None, None)
            was = self._was_quarantined(decision)
            kept = (decision.custody_taken, decision.custody is None)
            yield (number, checked_at[number], decision.next_due, *told, decision.tries, was, *kept)

    def _was_quarantined(self, decision: Decision) -> bool:
        return self.stored[decision.patron_number].quarantine_reason is not None


# The columns of the temporary tables: create_staging.sql.
_PATRON_TYPES = ("text", "text", *TYPES)
_BLOCK_TYPES = ("text", "text", "date", "bool")
_CHECK_TYPES = ("text", "timestamptz", "date", "text", "text", "text", "int4", "bool", "bool", "bool")
_CHANGE_TYPES = ("text", "text", "text[]", "int8")
_ACCESS_TYPES = ("text", "timestamptz", "text", "int8", "text")


def _staged(decision: Decision) -> list[Any]:
    row: list[Any] = [decision.patron_number, decision.moved_to.digits if decision.moved_to else None, *decision.after]
    if row[_RESIDENCE + 2] is not None:
        row[_RESIDENCE + 2] = Jsonb(row[_RESIDENCE + 2])
    return row


def _staged_blocks(decisions: Iterable[Decision]) -> Iterator[Sequence[Any]]:
    for decision in decisions:
        for reason, since in decision.blocks_set.items():
            yield (decision.patron_number, reason, since, False)
        for reason in decision.blocks_lifted:
            yield (decision.patron_number, reason, None, True)


def holders(connection: psycopg.Connection, cpr_numbers: Iterable[CprNumber]) -> dict[CprNumber, str]:
    """Which of these numbers a patron holds now -> that patron's number."""
    rows = connection.execute(
        statement("refresh/holders"), {"cpr_numbers": [cpr_number.digits for cpr_number in cpr_numbers]}
    )
    return {CprNumber(digits): number for digits, number in rows}


def log_accesses(connection: psycopg.Connection, accesses: Iterable[Access], purpose: str, run_id: int) -> None:
    """Writes look-ups to the registry access log, within the transaction that is open, if any."""
    target: LiteralString = "sync.registry_access (patron_number, asked_at, purpose, run_id, outcome)"
    rows = ((access.patron_number, access.asked_at, purpose, run_id, access.outcome) for access in accesses)
    put(connection.cursor(), target, _ACCESS_TYPES, rows)


def log_missing_accesses(connection: psycopg.Connection, accesses: Sequence[Access], purpose: str, run_id: int) -> None:
    """Writes look-ups of which nothing was applied. May be done twice: what is there already is left out."""
    rows = {
        "patron_numbers": [access.patron_number for access in accesses],
        "asked_at": [access.asked_at for access in accesses],
        "outcomes": [access.outcome for access in accesses],
    }
    connection.execute(statement("refresh/log_missing_accesses"), {**rows, "purpose": purpose, "run_id": run_id})


def _create_staging(connection: psycopg.Connection) -> None:
    connection.execute(with_columns("refresh/create_staging"))


class Batches:
    """Opens batches in one session (autocommit outside them)."""

    def __init__(self, session: Session, run_id: int, today: date) -> None:
        self.session = session
        self._run_id = run_id
        self._today = today
        session.at_open(_create_staging)

    @property
    def connection(self) -> psycopg.Connection:
        """The session's connection as it is now."""
        return self.session.connection

    @contextmanager
    def open(self, numbers: Sequence[str]) -> Iterator[Batch]:
        """Locks the batch's patrons. Those whose claim is lost, or that somebody holds locked, are not in `stored`."""
        with self.connection.transaction():
            batch = Batch(self.connection, self._run_id, self._today, self._lock(numbers))
            yield batch
            if batch.undone:
                raise psycopg.Rollback()

    def _lock(self, numbers: Sequence[str]) -> dict[str, StoredPatron]:
        rows = self.connection.execute(
            with_columns("refresh/lock_patrons"), {"claimant": self._run_id, "numbers": list(numbers)}
        )
        stored = {}
        for row in rows:
            number, cpr_number, checked_on, blocks, reason, tries, custody_on, custody = row[:_BEFORE_RECORD]
            stored[number] = StoredPatron(
                patron_number=number,
                cpr_number=CprNumber(cpr_number),
                record=PatronRecord(*row[_BEFORE_RECORD:]),
                checked_on=checked_on,
                registry_blocks={key: date.fromisoformat(since) for key, since in (blocks or {}).items()},
                quarantine_reason=reason,
                quarantine_tries=tries,
                custody=None if custody_on is None else custody_of(custody),
            )
        return stored
