"""What is due by a rule of retention: counted, removed a batch a transaction, proved gone (docs/reference/rules.md).

Everybody else comes first: a batch takes rows that nobody has locked, holds them for some milliseconds, and waits for
nobody. What it passes over is there for the next pass. Batches go through the clock's index from where the last one
came to, so that what a table holds besides costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg
from psycopg.errors import LockNotAvailable
from psycopg.rows import DictRow, class_row, dict_row
from psycopg.types.string import TextLoader

from db.guardians import people
from db.refresh.columns import with_columns
from db.statements import statement
from mappers import events, retention
from mappers.retention import Part, Rule

BATCH = 400
"""Rows of a batch: some 15 ms of work, for which whoever wants one of these very rows may have to wait."""

_START = {"after_clock": "-infinity", "after_number": "", "after_kind": "", "after_id": 0}
_NOBODY = "-infinity"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a run removes by. `periods`: rule name -> days or months; the rule's own where there is none.

    `run_id`: for the events of patrons who are deleted; None for a count. `kinds_without_material`: kinds of messages
    whose text stays.
    """

    today: date
    run_id: int | None = None
    periods: Mapping[str, int] = field(default_factory=dict)
    kinds_without_material: Sequence[str] = ()

    def period(self, rule: Rule) -> int:
        """The rule's period, in its unit."""
        return self.periods.get(rule.name, rule.period)

    def cut_off(self, rule: Rule) -> date:
        """The last clock day that is due."""
        return retention.cut_off(rule, self.period(rule), self.today)


@dataclass(frozen=True, slots=True)
class Figures:
    """Rows that are due, and how many of these a legal hold keeps."""

    due: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class Position:
    """Where a pass has come to: the place of a part among those of its rule, and of the last row looked at in it."""

    part: int = 0
    after: Mapping[str, Any] = field(default_factory=lambda: dict(_START))


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch removed, and where the next one goes on; `position` None: the pass is over."""

    removed: int
    position: Position | None


@dataclass(frozen=True, slots=True)
class Overdue:
    """Rows that the proof finds overdue, and beside them those that a legal hold keeps."""

    rows: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule did in a run: a row of `sync.retention_outcome`. `due` is removed, held and skipped together."""

    rule: str
    cut_off: date
    due: int
    removed: int
    held: int
    skipped: int
    overdue: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PastOutcome(Outcome):
    """The same of a past run, with the run's number and day."""

    run_id: int
    today: date


def count(connection: psycopg.Connection, rule: Rule, terms: Terms, *, ahead: bool = False) -> Figures:
    """What is due by the rule now.

    `ahead`: as if the rules before it had done their work (a dry run's rules do none): a patron is not held by loans
    that go, nor a guardian by patrons who go.
    """
    parameters = {**_parameters(connection, rule, terms), "loans_cut_off": _NOBODY, "gone_cut_off": _NOBODY}
    if ahead:
        parameters["loans_cut_off"] = terms.cut_off(retention.LOANS)
        parameters["gone_cut_off"] = terms.cut_off(retention.PATRONS_GONE)
    found = [_one(connection, f"retention/count/{part.name}", parameters) for part in rule.parts]
    return Figures(sum(row["due"] for row in found), sum(row["held"] for row in found))


def count_rows(connection: psycopg.Connection, rule: Rule) -> int:
    """All rows of the tables that the rule takes from: reads them whole, so only a brake in doubt asks."""
    tables = {part.table for part in rule.parts}
    rows = [connection.execute(statement("retention/count_rows"), {"table": table}) for table in sorted(tables)]
    return sum(number for cursor in rows for (number,) in cursor)


def count_unbilled(connection: psycopg.Connection) -> int:
    """Loans of lost items that nobody has billed: not over, and never before that."""
    return int(_one(connection, "retention/count_unbilled", {})["loans"])


def remove_batch(
    connection: psycopg.Connection, rule: Rule, terms: Terms, size: int = BATCH, position: Position | None = None
) -> Batch:
    """Removes at most `size` rows that are due, in one transaction (or, within one, under a savepoint).

    Begins at `position`, as the batch before returned it; None: at the start. A row that is locked, or of which
    something is, is passed over: after a pass `count` says what is left.
    """
    position = position or Position()
    part = rule.parts[position.part]
    parameters = {**_parameters(connection, rule, terms), **position.after}
    removed, after = _remove(connection, part, terms, parameters, size)
    if after is not None:
        return Batch(removed, Position(position.part, {**position.after, **after}))
    _finish(connection, part, terms, parameters["cut_off"])
    is_last = position.part + 1 == len(rule.parts)
    return Batch(removed, None if is_last else Position(position.part + 1))


def batches(connection: psycopg.Connection, rule: Rule, terms: Terms, size: int = BATCH) -> Iterator[int]:
    """One pass: removes what is due and not locked, batch by batch; how many rows each removed."""
    batch = remove_batch(connection, rule, terms, size)
    yield batch.removed
    while batch.position is not None:
        batch = remove_batch(connection, rule, terms, size, batch.position)
        yield batch.removed


def overdue(connection: psycopg.Connection, rule: Rule, terms: Terms) -> Overdue:
    """The proof: what should be gone and is not. Reads alone, and by statements that share nothing with the others."""
    parameters = {
        "today": terms.today,
        "period": terms.period(rule),
        "without_material": list(terms.kinds_without_material),
        "dead_days": retention.CONSUMER_DEAD_DAYS,
    }
    found = [_one(connection, f"retention/proof/{part.name}", parameters) for part in rule.parts]
    return Overdue(sum(row["overdue"] for row in found), sum(row["held"] for row in found))


def declare_dead(connection: psycopg.Connection, today: date) -> list[str]:
    """Declares consumers of the change feed dead that have not read for too long; their names, to be said loudly."""
    parameters = {"today": today, "dead_days": retention.CONSUMER_DEAD_DAYS}
    return sorted(name for (name,) in connection.execute(statement("retention/declare_dead"), parameters))


def record(connection: psycopg.Connection, run_id: int, outcome: Outcome) -> None:
    """Records what a rule has done in a run so far, in place of what was recorded of it."""
    parameters = {name: getattr(outcome, name) for name in Outcome.__slots__}
    connection.execute(statement("retention/record_outcome"), {"run_id": run_id, **parameters})


def recorded(connection: psycopg.Connection, run_id: int) -> dict[str, Outcome]:
    """What each rule has done in a run so far, by its name: a run that was suspended goes on from there."""
    with connection.cursor(row_factory=class_row(Outcome)) as cursor:
        rows = cursor.execute(statement("retention/read_outcomes"), {"run_id": run_id}).fetchall()
    return {outcome.rule: outcome for outcome in rows}


def past_outcomes(connection: psycopg.Connection, runs: int) -> list[PastOutcome]:
    """What each rule did in the latest `runs` runs that were no dry runs, oldest first."""
    with connection.cursor(row_factory=class_row(PastOutcome)) as cursor:
        return cursor.execute(statement("retention/list_outcomes"), {"runs": runs}).fetchall()


def _parameters(connection: psycopg.Connection, rule: Rule, terms: Terms) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "today": terms.today,
        "cut_off": terms.cut_off(rule),
        "dead_days": retention.CONSUMER_DEAD_DAYS,
    }
    if rule is retention.MESSAGES:
        kinds = [kind for (kind,) in connection.execute(statement("retention/list_message_kinds"))]
        parameters["kinds"] = [kind for kind in kinds if kind not in terms.kinds_without_material]
    return parameters


def _remove(
    connection: psycopg.Connection, part: Part, terms: Terms, parameters: dict[str, Any], size: int
) -> tuple[int, dict[str, Any] | None]:
    """Removes a batch; how many rows, and where it came to. Where somebody has to be waited for, a smaller one."""
    while True:
        try:
            with connection.transaction():
                return _remove_some(connection, part, terms, {**parameters, "size": size})
        except LockNotAvailable:
            if size == 1:
                return 0, None
        size = max(size // 10, 1)


def _remove_some(
    connection: psycopg.Connection, part: Part, terms: Terms, parameters: dict[str, Any]
) -> tuple[int, dict[str, Any] | None]:
    (patrons,), (guardians,) = retention.PATRONS_GONE.parts, retention.GUARDIANS.parts
    if part in (patrons, guardians):
        people.one_at_a_time(connection)  # before a row is locked: whoever links guardians may take a while
    connection.execute(statement("retention/wait_for_nobody"))
    if part == patrons:
        return _remove_patrons(connection, terms, parameters)
    row = _one(connection, f"retention/remove/{part.name}", parameters)
    removed = row.pop("removed")
    return removed, None if None in row.values() else row


def _remove_patrons(
    connection: psycopg.Connection, terms: Terms, parameters: dict[str, Any]
) -> tuple[int, dict[str, Any] | None]:
    """A guardian who was one of them keeps what the patron's row says, as on any day on which a patron is gone."""
    with _cursor(connection) as cursor:
        locked = cursor.execute(statement("retention/lock_gone_patrons"), parameters).fetchall()
    if not locked:
        return 0, None
    numbers = {"patron_numbers": [row["after_number"] for row in locked]}
    told = {"deleted": events.PATRON_DELETED, "run_id": terms.run_id}
    try:
        with connection.transaction():
            connection.execute(with_columns("guardians/release_gone"))
            row = _one(connection, "retention/remove/patrons_gone", {**parameters, **numbers, **told})
    except LockNotAvailable:  # something of theirs, which goes with them
        if len(locked) > 1:
            raise
        return 0, locked[-1]
    return row["removed"], locked[-1]


def _finish(connection: psycopg.Connection, part: Part, terms: Terms, cut_off: date) -> None:
    """What is left to do at the end of a pass: numbers are remembered long enough, a month of the log is empty."""
    if part.remembers:
        last_day = retention.months_before(terms.today, retention.FORGOTTEN_MONTHS)
        connection.execute(statement("retention/forget_numbers"), {"kinds": list(part.remembers), "last_day": last_day})
    if part == retention.ACCESS_LOG.parts[0]:
        try:
            with connection.transaction():
                connection.execute(statement("retention/wait_for_nobody"))
                connection.execute(statement("retention/drop_partitions"), {"cut_off": cut_off})
        except LockNotAvailable:
            pass  # somebody reads the log: it goes on another night


def _cursor(connection: psycopg.Connection) -> psycopg.Cursor[DictRow]:
    """Days and times come as the server writes them, for it to go on from: Python has none before year 1."""
    cursor = connection.cursor(row_factory=dict_row)
    for name in ("date", "timestamptz"):
        cursor.adapters.register_loader(name, TextLoader)
    return cursor


def _one(connection: psycopg.Connection, name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    with _cursor(connection) as cursor:
        row = cursor.execute(statement(name), parameters).fetchone()
    assert row is not None, "the statement gives one row"
    return row
