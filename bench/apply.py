"""Applying answers, 20 % of which change something, in batches of 1,000.

`ours` is `db.refresh.batches`: lock, read, apply, end the claims, commit. `row_by_row` does it with a statement for
each row: reads and locks the patron, writes patron and event where something changed, access log and checked-at, in one
transaction a batch. `bare` puts all answers into a temporary table by COPY and updates the patron table alone.
Deciding is in none of them: it has a figure of its own (bench/mapping.py). Each pass goes over all patrons and turns
every fifth of them from one night's record to the other's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

from bench.people import DAY, NIGHTS, body, cpr_number, patron_number
from bench.place import COLUMNS, Place, columns, enrol, prepared, records_of, settle
from bench.results import Figure, interleaved, ratio
from bench.sizes import Sizes
from cpr_client import Person
from cpr_client.base_data.answer import read_answer
from db.connect import Connection, connect
from db.refresh.batches import Access, Batches
from db.refresh.claims import Claims, Scope
from db.runs.store import ensure_partitions, open_run
from db.session import Session
from mappers.patron import decide
from mappers.record import Decision, StoredPatron

PURPOSE = "registry refresh"
ANSWERED_AT = datetime(2026, 3, 3, 1, 30, tzinfo=UTC)
ASSIGNMENTS = ", ".join(f"{column} = %s" for column in COLUMNS)
FROM_STAGED = ", ".join(f"{column} = staged.{column}" for column in COLUMNS)
STORED = ", ".join(f"patron.{column}" for column in COLUMNS)
STAGED = ", ".join(f"staged.{column}" for column in COLUMNS)
READ = (
    "SELECT patron.cpr_number, checked.checked_on, quarantine.reason, quarantine.tries, "
    "(SELECT jsonb_object_agg(reason, since) FROM library.block "
    f"WHERE block.patron_number = patron.patron_number AND source = 'registry'), {STORED} "
    "FROM library.patron AS patron JOIN sync.patron_check AS checked USING (patron_number) "
    "LEFT JOIN sync.quarantine AS quarantine "
    "ON quarantine.patron_number = patron.patron_number AND quarantine.closed_on IS NULL "
    "WHERE patron.patron_number = %s FOR NO KEY UPDATE OF patron"
)


@dataclass(slots=True)
class Passes:
    """The nights in turn, and the batches of each: every pass finds the patrons as the one before has left them."""

    batch: int
    batches: int
    passes: int = 0

    def next(self) -> tuple[int, date, list[range]]:
        """The night to turn to, the day to work by, and the patrons of each batch."""
        self.passes += 1
        night = NIGHTS[self.passes % 2]
        whole = range(self.batch * self.batches)
        return (
            night,
            DAY + timedelta(days=self.passes),
            [whole[n : n + self.batch] for n in range(0, len(whole), self.batch)],
        )


def measure(sizes: Sizes, place: Place) -> Iterator[Figure]:
    """The two figures of applying."""
    passes = Passes(sizes.batch, sizes.batches)
    with (
        place.database() as url,
        connect(url, name="bench", autocommit=True) as connection,
        Session(url, "bench claims") as claiming,
        Session(url, "bench apply") as session,
    ):
        enrol(connection, sizes.batch * sizes.batches)
        ensure_partitions(connection)
        _create_bare_staging(connection)

        def once(work: Callable[[], float]) -> Callable[[], float]:
            def settled() -> float:
                settle(connection)
                return work()

            return settled

        each = (
            once(lambda: ours(claiming, session, passes)),
            once(lambda: _row_by_row(connection, passes)),
            once(lambda: _bare(connection, passes)),
        )
        our, rows, bare = interleaved(sizes.rounds, *each)
    patrons = sizes.batch * sizes.batches

    def rate(seconds: list[float]) -> str:
        return f"{patrons / median(seconds):,.0f}"

    detail = f"patrons a second: {rate(our)}"
    yield Figure(
        "apply against row by row",
        ratio(rows, our),
        "times",
        "at least",
        15,
        f"{detail}; row by row {rate(rows)}",
    )
    yield Figure(
        "apply against COPY and UPDATE of the patron table alone",
        ratio(bare, our),
        "times",
        "at least",
        0.3,
        f"{detail}; COPY and UPDATE alone {rate(bare)}",
    )


def ours(claiming: Session, session: Session, passes: Passes) -> float:
    """A run's way: claimed patrons, locked and read, the decisions written set by set. Seconds without deciding."""
    night, today, batches = passes.next()
    run_id = open_run(claiming.connection, flow="bench", today=today, dry_run=False, parameters={})
    numbers = tuple(patron_number(index) for index in range(passes.batch * passes.batches))
    claims = Claims(claiming, run_id, Scope("patrons", today, numbers))
    opened = Batches(session, run_id, today)
    seconds = 0.0
    for indexes in batches:
        claims.claim(len(indexes))
        answers = {patron_number(n): read_answer(body(night, cpr_number(n)), cpr_number(n)) for n in indexes}
        began = time.perf_counter()
        with opened.open(list(answers)) as batch:
            seconds += time.perf_counter() - began
            decisions = _decisions(batch.stored, answers, today)
            began = time.perf_counter()
            batch.apply(
                decisions,
                dict.fromkeys(answers, ANSWERED_AT),
                [Access(number, ANSWERED_AT, "answered") for number in answers],
                PURPOSE,
            )
        seconds += time.perf_counter() - began
        _check(len(indexes), sum(bool(decision.events) for decision in decisions))
    return seconds


def _row_by_row(connection: Connection, passes: Passes) -> float:
    """A patron at a time, read and written; psycopg prepares the statements by itself. Seconds."""
    night, today, batches = passes.next()
    seconds = 0.0
    for indexes in batches:
        decisions = _decided(indexes, night, today)
        _check(len(indexes), sum(bool(decision.events) for decision in decisions))
        began = time.perf_counter()
        with prepared(connection), connection.transaction(), connection.cursor() as cursor:
            for decision in decisions:
                assert cursor.execute(READ, (decision.patron_number,)).fetchone()
                _write(cursor, decision, today)
        seconds += time.perf_counter() - began
    return seconds


def _write(cursor: Any, decision: Decision, today: date) -> None:
    number = decision.patron_number
    if decision.events:
        cursor.execute(
            f"UPDATE library.patron SET {ASSIGNMENTS} WHERE patron_number = %s", (*columns(decision.after), number)
        )
    for kind, fields in decision.events.items():
        cursor.execute(
            "INSERT INTO sync.change (patron_number, kind, fields) VALUES (%s, %s, %s)", (number, kind, list(fields))
        )
    cursor.execute(
        "UPDATE sync.patron_check SET checked_at = %s, checked_on = %s, next_due = coalesce(%s::date, 'infinity') "
        "WHERE patron_number = %s",
        (ANSWERED_AT, today, decision.next_due, number),
    )
    cursor.execute(
        "INSERT INTO sync.registry_access (patron_number, asked_at, purpose, outcome) VALUES (%s, %s, %s, 'answered')",
        (number, ANSWERED_AT, PURPOSE),
    )


def _bare(connection: Connection, passes: Passes) -> float:
    """Every answer into a temporary table, and one UPDATE of those patrons who are another than before. Seconds."""
    night, _, batches = passes.next()
    seconds = 0.0
    for indexes in batches:
        after = records_of(night, indexes)
        began = time.perf_counter()
        with connection.transaction(), connection.cursor() as cursor:
            with cursor.copy("COPY bare_patron FROM STDIN") as copy:
                for index, record in zip(indexes, after, strict=True):
                    copy.write_row((patron_number(index), *columns(record)))
            cursor.execute(
                f"UPDATE library.patron AS patron SET {FROM_STAGED} FROM bare_patron AS staged "
                f"WHERE staged.patron_number = patron.patron_number AND ({STORED}) IS DISTINCT FROM ({STAGED})"
            )
            changed = cursor.rowcount
        seconds += time.perf_counter() - began
        _check(len(indexes), changed)
    return seconds


def _create_bare_staging(connection: Connection) -> None:
    connection.execute(
        f"CREATE TEMPORARY TABLE bare_patron ON COMMIT DELETE ROWS AS "
        f"SELECT patron_number, {STORED} FROM library.patron AS patron WITH NO DATA"
    )


def _decided(indexes: range, night: int, today: date) -> list[Decision]:
    """What each answer of the night does to a patron as the other night has left them."""
    other = NIGHTS[0] if night == NIGHTS[1] else NIGHTS[1]
    stored = {
        patron_number(index): StoredPatron(patron_number(index), cpr_number(index), record, today - timedelta(days=1))
        for index, record in zip(indexes, records_of(other, indexes), strict=True)
    }
    answers = {patron_number(n): read_answer(body(night, cpr_number(n)), cpr_number(n)) for n in indexes}
    return _decisions(stored, answers, today)


def _decisions(stored: dict[str, StoredPatron], answers: dict[str, Person], today: date) -> list[Decision]:
    return [decide(patron, answers[number], today=today, interval_days=1) for number, patron in stored.items()]


def _check(patrons: int, changed: int) -> None:
    """Every fifth patron changes, nobody else."""
    if changed != patrons // 5:
        raise RuntimeError(f"{changed} of {patrons} patrons changed: the passes do not follow each other")
