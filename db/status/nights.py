"""What a night has done, from its runs' records and from what is open after it: numbers, codes, patron numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import psycopg

from db.patrons.store import Quarantined
from db.runs.store import RunRecord
from db.statements import statement
from db.status.store import rows


@dataclass(frozen=True, slots=True)
class Begun:
    """So many of one kind that are open since the same day."""

    code: str
    since: date
    number: int


def runs_between(
    connection: psycopg.Connection, flows: Sequence[str], first_day: date, last_day: date
) -> list[RunRecord]:
    """The live runs of these flows for a span of days, in their order."""
    days = {"first_day": first_day, "last_day": last_day}
    return rows(connection, RunRecord, "status/runs_between", flows=list(flows), **days)


def latest_night(connection: psycopg.Connection, flows: Sequence[str]) -> date | None:
    """The last day for which one of these flows had a live run; None: none ever ran."""
    row = connection.execute(statement("status/latest_night"), {"flows": list(flows)}).fetchone()
    return row[0] if row else None


def quarantined_on(connection: psycopg.Connection, day: date, size: int) -> list[Quarantined]:
    """At most `size` patrons who are in quarantine on a day, the longest first."""
    return rows(connection, Quarantined, "status/quarantined_on", today=day, size=size)


def quarantine_by_day(connection: psycopg.Connection, day: date) -> list[Begun]:
    """Who is in quarantine on a day, by reason and by the day since which they are in it."""
    return rows(connection, Begun, "status/quarantine_by_day", today=day)
