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
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from cpr_client import CprNumber
from db.refresh.columns import COLUMNS, with_columns
from db.session import Session
from db.statements import statement
from mappers.quarantine import SAYS_NOTHING
from mappers.record import Decision, PatronRecord, StoredPatron

_RESIDENCE = COLUMNS.index("last_residence")
_BEFORE_RECORD = 6  # columns of lock_patrons.sql that stand before the record's


@dataclass(frozen=True, slots=True)
class Access:
    """One look-up for the registry access log: `outcome` is a code, never data."""

    patron_number: str
    asked_at: datetime
    outcome: str


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
                with cursor.copy("COPY staged_patron FROM STDIN") as copy:  # its columns: create_staging.sql
                    for decision in rewritten:
                        copy.write_row(_staged(decision))
                if any(decision.moved_to for decision in rewritten):
                    cursor.execute(statement("refresh/keep_former_numbers"), {"today": self.today})
                cursor.execute(with_columns("refresh/apply_patrons"))
            if blocked:
                with cursor.copy("COPY staged_block (patron_number, reason, since, lifted) FROM STDIN") as copy:
                    for decision in blocked:
                        for reason, since in decision.blocks_set.items():
                            copy.write_row((decision.patron_number, reason, since, False))
                        for reason in decision.blocks_lifted:
                            copy.write_row((decision.patron_number, reason, None, True))
                cursor.execute(statement("refresh/apply_blocks"))
            self._append_events(cursor, decisions)
            self._mark_checked(cursor, decisions, checked_at)
        log_accesses(connection, accesses, purpose, self.run_id)

    def _append_events(self, cursor: psycopg.Cursor[Any], decisions: Sequence[Decision]) -> None:
        changed = [decision for decision in decisions if decision.events]
        if not changed:
            return
        with cursor.copy("COPY sync.change (patron_number, kind, fields, run_id) FROM STDIN") as copy:
            for decision in changed:
                for kind, fields in decision.events.items():
                    copy.write_row((decision.patron_number, kind, list(fields), self.run_id))

    def _mark_checked(
        self, cursor: psycopg.Cursor[Any], decisions: Sequence[Decision], checked_at: Mapping[str, datetime]
    ) -> None:
        quarantines = False
        with cursor.copy("COPY staged_check FROM STDIN") as copy:  # its columns: create_staging.sql
            for decision in decisions:
                number, quarantine = decision.patron_number, decision.quarantine
                was = self.stored[number].quarantine_reason is not None
                quarantines = quarantines or was or quarantine is not None
                reason, detail, other = (
                    (quarantine.reason, quarantine.detail, quarantine.other_patron)
                    if quarantine
                    else (None, None, None)
                )
                copy.write_row(
                    (number, checked_at[number], decision.next_due, reason, detail, other, decision.tries, was)
                )
        today = {"today": self.today, "claimant": self.run_id, "says_nothing": sorted(SAYS_NOTHING)}
        if quarantines:
            for name in ("close_quarantine", "open_quarantine", "close_cases", "open_cases"):
                cursor.execute(statement(f"refresh/{name}"), today)
        cursor.execute(statement("refresh/mark_checked"), today)


def _staged(decision: Decision) -> list[Any]:
    row: list[Any] = [decision.patron_number, decision.moved_to.digits if decision.moved_to else None, *decision.after]
    if row[_RESIDENCE + 2] is not None:
        row[_RESIDENCE + 2] = Jsonb(row[_RESIDENCE + 2])
    return row


def holders(connection: psycopg.Connection, cpr_numbers: Iterable[CprNumber]) -> dict[CprNumber, str]:
    """Which of these numbers a patron holds now -> that patron's number."""
    rows = connection.execute(
        statement("refresh/holders"), {"cpr_numbers": [cpr_number.digits for cpr_number in cpr_numbers]}
    )
    return {CprNumber(digits): number for digits, number in rows}


def log_accesses(connection: psycopg.Connection, accesses: Iterable[Access], purpose: str, run_id: int) -> None:
    """Writes look-ups to the registry access log, within the transaction that is open, if any."""
    with connection.cursor().copy(
        "COPY sync.registry_access (patron_number, asked_at, purpose, run_id, outcome) FROM STDIN"
    ) as copy:
        for access in accesses:
            copy.write_row((access.patron_number, access.asked_at, purpose, run_id, access.outcome))


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
            number, cpr_number, checked_on, blocks, reason, tries = row[:_BEFORE_RECORD]
            stored[number] = StoredPatron(
                patron_number=number,
                cpr_number=CprNumber(cpr_number),
                record=PatronRecord(*row[_BEFORE_RECORD:]),
                checked_on=checked_on,
                registry_blocks={key: date.fromisoformat(since) for key, since in (blocks or {}).items()},
                quarantine_reason=reason,
                quarantine_tries=tries,
            )
        return stored
