"""Reading one patron, staff cases and the quarantine, for people who may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

from cpr_client.cpr_number import CprNumber
from db.connect import copenhagen_day
from db.refresh.columns import with_columns
from db.statements import statement
from mappers import cases, events
from mappers.guardianship import DELETED_AFTER_DAYS
from mappers.record import PatronRecord


@dataclass(frozen=True, slots=True, repr=False)
class PatronView:
    """One patron on a day. `protected`: None where the registry has not spoken about them; `protected_now`: the same
    today, whatever the day on which they are shown.

    `quarantine`: reason, since, next_try, or None. `blocks`: reason, source, since. `net_media`: service, granted,
    reason, since, until, as the last run decided. `guardians`: links in force, and
    for `mappers.guardianship.DELETED_AFTER_DAYS` those that ended.
    """

    patron_number: str
    patron_group: str | None
    gone_on: date | None
    checked_at: datetime | None
    has_registry_number: bool
    protected: bool | None
    protected_now: bool | None
    blocks: list[dict[str, Any]]
    net_media: list[dict[str, Any]]
    quarantine: dict[str, Any] | None
    record: PatronRecord
    guardians: list[GuardianView]

    @property
    def withheld(self) -> bool:
        """Name and address are shown to nobody without a reason on record.

        A look at another day opens no way round a protection of today, nor one of that day.
        """
        return self.protected is not False or self.protected_now is not False

    def __repr__(self) -> str:
        return f"<PatronView {self.patron_number}>"


@dataclass(frozen=True, slots=True, repr=False)
class GuardianView:
    """One of a child's guardians on a day. `protected`, `protected_now`: as of a patron, of the guardian.

    `guardian_id`: None for a holder whom the registry does not name.
    """

    guardian_id: int | None
    kind: str | None
    source: str
    name: str | None
    valid_from: date | None
    valid_to: date | None
    confirmed: bool | None
    patron_number: str | None
    protected: bool | None
    protected_now: bool | None

    @property
    def withheld(self) -> bool:
        """The name is shown to nobody without a reason on record."""
        return self.protected is not False or self.protected_now is not False

    def __repr__(self) -> str:
        return f"<GuardianView {self.source}>"


@dataclass(frozen=True, slots=True)
class FoundByNumber:
    """Whose a CPR number is. `patron_number`: None where no patron has or had it; `former`: the patron had it, and has
    another one now. `guardian_links`: of a guardian who is no patron.
    """

    patron_number: str | None
    former: bool
    guardian_links: list[int]


@dataclass(frozen=True, slots=True)
class StaffCase:
    """A row of `library.staff_case`: codes and patron numbers alone.

    `closing_word`: how staff closed it, None where it is open or closed itself. Of a case about a guardian,
    `guardian_kind` is how they hold custody (None: not at all), and `guardian_patron` their patron number.
    """

    case_number: int
    patron_number: str
    kind: str
    since: date
    closed_on: date | None
    detail: dict[str, Any]
    closing_word: str | None
    guardian_kind: str | None
    guardian_patron: str | None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An open quarantine. `next_due`: the day of the next try, None for never by schedule."""

    patron_number: str
    reason: str
    detail: str | None
    since: date
    tries: int
    next_due: date | None


def read_patron(connection: psycopg.Connection, number: str, day: date) -> PatronView | None:
    """The patron with this patron number as they stand on `day`, or None."""
    with connection.cursor(row_factory=dict_row) as cursor:
        days = {"day": day, "own_day": copenhagen_day(connection)}
        row = cursor.execute(with_columns("patrons/read_patron"), {"number": number, **days}).fetchone()
    if row is None:
        return None
    record = PatronRecord(**{column: row.pop(column) for column in PatronRecord._fields})
    return PatronView(**row, record=record, guardians=_list_guardians(connection, number, days))


def _list_guardians(connection: psycopg.Connection, number: str, days: dict[str, date]) -> list[GuardianView]:
    shown_from = days["day"] - timedelta(days=DELETED_AFTER_DAYS)
    parameters = {"number": number, **days, "not_shown": shown_from}
    with connection.cursor(row_factory=class_row(GuardianView)) as cursor:
        return cursor.execute(statement("patrons/list_guardians"), parameters).fetchall()


def find_by_number(connection: psycopg.Connection, cpr_number: CprNumber) -> FoundByNumber:
    """Whose a CPR number is, in the library's own records; nobody is asked, and nothing of it is kept."""
    with connection.cursor(row_factory=class_row(FoundByNumber)) as cursor:
        parameters = {"cpr_number": cpr_number.digits}
        row = cursor.execute(statement("patrons/find_by_number"), parameters).fetchone()
    assert row is not None, "the statement gives one row"
    return row


def anybody(connection: psycopg.Connection) -> bool:
    """Whether the library has a patron at all."""
    row = connection.execute(statement("patrons/anybody")).fetchone()
    return bool(row and row[0])


def disclose(connection: psycopg.Connection, view: PatronView, os_user: str, reason: str) -> None:
    """Commits why the names in `view` that are withheld otherwise are about to be shown, and to whom.

    The patron's own row is written whether or not they are protected; a guardian's where theirs is withheld.
    """
    guardians = {one.guardian_id for one in view.guardians if one.withheld and one.guardian_id is not None}
    parameters = {"number": view.patron_number, "guardians": sorted(guardians), "os_user": os_user, "reason": reason}
    with connection.transaction():
        connection.execute(statement("patrons/disclose"), parameters)


def list_cases(
    connection: psycopg.Connection, day: date, *, kind: str | None = None, open_only: bool = True
) -> list[StaffCase]:
    """Staff cases on `day`, oldest first; the closed ones too unless `open_only`."""
    return _cases(connection, kind=kind, case_number=None, open_only=open_only, day=day)


def read_case(connection: psycopg.Connection, number: int) -> StaffCase | None:
    """One case, or None."""
    found = _cases(connection, kind=None, case_number=number, open_only=False, day=date.max)
    return found[0] if found else None


def _cases(connection: psycopg.Connection, **which: Any) -> list[StaffCase]:
    with connection.cursor(row_factory=class_row(StaffCase)) as cursor:
        return cursor.execute(statement("patrons/list_cases"), which).fetchall()


def close_case(connection: psycopg.Connection, number: int, day: date, word: str, os_user: str) -> bool:
    """Closes an open case on `day` and tells the feed, if it is about guardians; False where no such case is open."""
    parameters = {"case_number": number, "day": day, "word": word, "os_user": os_user}
    told = {"told": list(cases.ABOUT_GUARDIANS), "event": events.GUARDIAN_CASE}
    with connection.transaction():
        return connection.execute(statement("patrons/close_case"), {**parameters, **told}).fetchone() is not None


def list_quarantine(connection: psycopg.Connection, size: int) -> list[Quarantined]:
    """At most `size` patrons in quarantine, the newest first."""
    with connection.cursor(row_factory=class_row(Quarantined)) as cursor:
        return cursor.execute(statement("patrons/list_quarantine"), {"size": size}).fetchall()
