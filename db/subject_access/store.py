"""Everything that is kept about one person, gathered in one moment, for themselves (GDPR article 15).

What of it they are shown, and what not, is declared in `mappers.subject_access`; nothing of a protected other leaves
the database. A CPR number comes out as a `CprNumber`, which shows no digit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

from cpr_client import CprNumber
from db.connect import copenhagen_day
from db.statements import statement
from mappers.subject_access import Rows

STATEMENTS: dict[str, str] = {
    **{
        f"library.{name}": name
        for name in (
            "patron",
            "former_cpr_number",
            "patron_phone",
            "patron_card",
            "absence",
            "block",
            "loan",
            "reservation",
            "charge",
            "payment",
            "message",
            "net_media_right",
            "legal_hold",
            "custody",
            "guardian",
            "former_guardian_number",
            "guardian_link",
            "staff_case",
        )
    },
    **{
        f"sync.{name}": name
        for name in ("registry_access", "disclosure", "patron_check", "guardian_check", "quarantine", "change")
    },
}
"""Table -> the statement that gathers what of it is about one person."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom it is about: a patron, or a guardian who is none (`patron_number` None). `guardians`: their rows as one."""

    patron_number: str | None
    guardians: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a child to a guardian, without a name. `patron_number`: the guardian's own, where they are a patron."""

    link_number: int
    source: str
    kind: str | None
    valid_from: date | None
    valid_to: date | None
    ended: bool
    guardian_id: int | None
    patron_number: str | None


def patron(connection: psycopg.Connection, number: str) -> Subject | None:
    """The patron with this number, a deleted one as long as a log speaks of them; None where nobody has it."""
    with connection.cursor(row_factory=class_row(Subject)) as cursor:
        return cursor.execute(statement("subject_access/subject_patron"), {"number": number}).fetchone()


def guardian(connection: psycopg.Connection, guardian_id: int) -> Subject | None:
    """The guardian with this number, a deleted one as long as a log speaks of them; the patron, where they are one."""
    row = connection.execute(statement("subject_access/subject_guardian"), {"guardian": guardian_id}).fetchone()
    if row is None:
        return None
    return Subject(None, [row[0]]) if row[1] is None else patron(connection, row[1])


def guardian_of_link(connection: psycopg.Connection, link: int) -> tuple[int | None] | None:
    """The number of the guardian whom a link leads to (None: the registry does not say who); None: no such link."""
    return connection.execute(statement("subject_access/guardian_of_link"), {"link": link}).fetchone()


def list_links(connection: psycopg.Connection, number: str) -> list[Link]:
    """The links of a child to guardians: those that stand first."""
    with connection.cursor(row_factory=class_row(Link)) as cursor:
        return cursor.execute(statement("subject_access/list_links"), {"number": number}).fetchall()


def to_be_told(connection: psycopg.Connection, subject: Subject, day: date) -> Subject:
    """The person without their rows as a guardian that would tell of a protected child (on `day` or today)."""
    parameters = {"guardians": subject.guardians, "days": _days(connection, day)}
    rows = connection.execute(statement("subject_access/list_told_guardians"), parameters).fetchall()
    return replace(subject, guardians=[guardian for (guardian,) in rows])


def disclose(connection: psycopg.Connection, subject: Subject, os_user: str, reason: str) -> None:
    """Commits that everything kept about the person is about to be shown, to whom, and why."""
    guardian = None if subject.patron_number is not None else subject.guardians[0]
    parameters = {"number": subject.patron_number, "guardian": guardian, "os_user": os_user, "reason": reason}
    with connection.transaction():
        connection.execute(statement("subject_access/disclose"), parameters)


@contextmanager
def one_moment(connection: psycopg.Connection) -> Iterator[None]:
    """All that is read within the block is as of one moment. `connection`: one that commits by itself, at rest."""
    before = connection.isolation_level
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    try:
        with connection.transaction():
            yield
    finally:
        connection.isolation_level = before


def gather(connection: psycopg.Connection, subject: Subject, day: date) -> Rows:
    """Table -> rows about the person. Others' protection is held against `day` and against today."""
    days = _days(connection, day)
    parameters = {"number": subject.patron_number, "guardians": subject.guardians, "day": day, "days": days}
    with connection.cursor(row_factory=dict_row) as cursor:
        return {
            table: [_veiled(row) for row in cursor.execute(statement(f"subject_access/{name}"), parameters)]
            for table, name in STATEMENTS.items()
        }


def _days(connection: psycopg.Connection, day: date) -> list[date]:
    return sorted({day, copenhagen_day(connection)})


def _veiled(row: dict[str, Any]) -> dict[str, Any]:
    """A CPR number is one that does not show itself from here on; so is that of a health card."""
    column = "card_number" if row.get("is_cpr_number") else "cpr_number"
    return row if row.get(column) is None else {**row, column: CprNumber(row[column])}
