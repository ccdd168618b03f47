"""Guardians as people: who they are (patrons, numbers, one person twice), and what the registry says of those who are
no patrons, a batch a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg

from cpr_client import CprNumber
from db.copying import put
from db.refresh.batches import Access
from db.refresh.columns import GUARDIAN_TYPES, with_columns
from db.runs.lock import LOCK_CLASS
from db.statements import statement
from mappers.guardian import GUARDIAN_FIELDS, SAME_PERSON, GuardianDecision, StoredGuardian
from mappers.record import PatronRecord

_LOCK_CLASS = LOCK_CLASS + 1

_GUARDIAN_TYPES = ("int8", "text", *GUARDIAN_TYPES)
_CHECK_TYPES = ("int8", "timestamptz", "date", "text", "date", "int4")
_ACCESS_TYPES = ("int8", "timestamptz", "text", "int8", "text")

MERGE = ("merge_drop_links", "merge_links", "merge_cases", "merge_contacts", "merge_numbers", "delete_merged")
"""The statements that make one guardian of two, in their order."""


def create_staging(connection: psycopg.Connection) -> None:
    """Makes the session's temporary tables; for `Session.at_open`."""
    connection.execute(with_columns("guardians/create_staging"))


def one_at_a_time(connection: psycopg.Connection) -> None:
    """Waits until no other worker enters, merges or links guardians; held till the open transaction ends."""
    connection.execute(statement("guardians/lock"), {"lock_class": _LOCK_CLASS})


def reconcile(connection: psycopg.Connection, today: date, *, enter: bool = True) -> None:
    """Brings guardians in step with custody and patrons: who is new, became or ceased to be a patron, whose number
    moved, who is one person twice. Where nothing changed, nothing is written. In an open transaction.

    `enter`: holders who have no row get one.
    """
    one_at_a_time(connection)
    if enter:
        connection.execute(statement("guardians/enter_missing"), {"today": today})
    connection.execute(with_columns("guardians/release_gone"))
    connection.execute(statement("guardians/part_from_patrons"))
    connection.execute(statement("guardians/adopt"))
    merge(connection, connection.execute(statement("guardians/same_person")).fetchall())
    connection.execute(statement("guardians/renumber_patrons"))
    connection.execute(with_columns("guardians/forget_facts"))


def merge(connection: psycopg.Connection, pairs: Iterable[tuple[int, int]]) -> None:
    """Makes one guardian of each pair (loser, winner); what was the loser's is the winner's. In an open transaction."""
    winner_of = dict(pairs)
    if not winner_of:
        return
    losers, winners = [], []
    for loser in winner_of:
        winner, seen = winner_of[loser], {loser}
        while winner in winner_of and winner not in seen:
            seen.add(winner)
            winner = winner_of[winner]
        if winner not in seen:  # two who lead to each other stay as they are
            losers.append(loser)
            winners.append(winner)
    for name in MERGE:
        connection.execute(statement(f"guardians/{name}"), {"losers": losers, "winners": winners})


@dataclass(frozen=True, slots=True)
class Known:
    """Who goes by a number already: a patron, and/or a guardian."""

    patron_number: str | None
    guardian_id: int | None


def known_numbers(connection: psycopg.Connection, cpr_numbers: Iterable[CprNumber]) -> dict[CprNumber, Known]:
    """Which of these numbers somebody goes by, now or formerly."""
    rows = connection.execute(
        statement("guardians/holders_of_numbers"), {"cpr_numbers": [number.digits for number in cpr_numbers]}
    )
    return {CprNumber(digits): Known(patron, guardian) for digits, patron, guardian in rows}


def lock_guardians(connection: psycopg.Connection, run_id: int, ids: Sequence[int]) -> dict[int, StoredGuardian]:
    """The claimed guardians as they stand, locked till the open transaction ends."""
    rows = connection.execute(with_columns("guardians/lock_guardians"), {"claimant": run_id, "guardian_ids": list(ids)})
    return {
        row[0]: StoredGuardian(
            guardian_id=row[0],
            cpr_number=CprNumber(row[1]),
            checked_on=row[2],
            reason=row[3],
            since=row[4],
            tries=row[5],
            record=PatronRecord(**dict(zip(GUARDIAN_FIELDS, row[6:], strict=True))),
        )
        for row in rows
    }


def apply_guardians(
    connection: psycopg.Connection,
    stored: Mapping[int, StoredGuardian],
    decisions: Sequence[GuardianDecision],
    checked_at: Mapping[int, datetime],
    today: date,
    run_id: int,
) -> None:
    """Writes what was decided, set by set. In an open transaction that holds the guardians locked."""
    moved = {d.guardian_id: d.moved_to for d in decisions if d.moved_to is not None and d.outcome != SAME_PERSON}
    rewritten = [d for d in decisions if d.guardian_id in moved or d.after is not stored[d.guardian_id].record]
    with connection.cursor() as cursor:
        if rewritten:
            put(cursor, "staged_guardian", _GUARDIAN_TYPES, (_row(d, moved.get(d.guardian_id)) for d in rewritten))
            if moved:
                cursor.execute(statement("guardians/keep_former_numbers"))
            cursor.execute(with_columns("guardians/apply_guardians"))
        checks = ((d.guardian_id, checked_at[d.guardian_id], d.next_due, d.reason, d.since, d.tries) for d in decisions)
        put(cursor, "staged_guardian_check", _CHECK_TYPES, checks)
        cursor.execute(statement("guardians/mark_guardians_checked"), {"today": today, "claimant": run_id})
    same = {d.guardian_id: d.moved_to for d in decisions if d.outcome == SAME_PERSON and d.moved_to is not None}
    if same:
        _make_one(connection, same)


def _make_one(connection: psycopg.Connection, same: Mapping[int, CprNumber]) -> None:
    """Guardians whose number in force is somebody's: another guardian's (merged), or a patron's who is none yet (the
    guardian takes the number, and `reconcile` makes them that patron)."""
    one_at_a_time(connection)
    for guardian_id, number in same.items():
        known = known_numbers(connection, [number]).get(number)
        if known is not None and known.guardian_id is not None:
            merge(connection, [(guardian_id, known.guardian_id)] if known.guardian_id != guardian_id else [])
        else:
            connection.execute(
                statement("guardians/take_number"), {"guardian_id": guardian_id, "cpr_number": number.digits}
            )


def log_accesses(connection: psycopg.Connection, accesses: Iterable[Access], purpose: str, run_id: int) -> None:
    """Writes look-ups of guardians to the registry access log, within the transaction that is open, if any."""
    rows = ((int(access.patron_number), access.asked_at, purpose, run_id, access.outcome) for access in accesses)
    target = "sync.registry_access (guardian_id, asked_at, purpose, run_id, outcome)"
    put(connection.cursor(), target, _ACCESS_TYPES, rows)


def log_missing_accesses(connection: psycopg.Connection, accesses: Sequence[Access], purpose: str, run_id: int) -> None:
    """Writes look-ups of which nothing was applied. May be done twice: what is there already is left out."""
    parameters: dict[str, Any] = {
        "guardian_ids": [int(access.patron_number) for access in accesses],
        "asked_at": [access.asked_at for access in accesses],
        "outcomes": [access.outcome for access in accesses],
    }
    connection.execute(
        statement("guardians/log_missing_accesses"), {**parameters, "purpose": purpose, "run_id": run_id}
    )


def _row(decision: GuardianDecision, moved_to: CprNumber | None) -> list[Any]:
    fields = [getattr(decision.after, field) for field in GUARDIAN_FIELDS]
    return [decision.guardian_id, moved_to.digits if moved_to else None, *fields]
