"""The answer to a person who asks what is kept about them: whom it is about, and how it is made.

That it is made is put on record before anything is read (docs/explanation/privacy.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import psycopg

from db.inventory.store import list_granted, readings, roles_of
from db.subject_access import store
from db.subject_access.store import Subject
from flows.errors import UserError
from flows.settings import Settings
from mappers.subject_access import REASON, Terms, Thing, fill_in


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """Everything that is kept about a person, on `day`; `moment`: when it was made. `readers`: key of a row ->
    the roles that the database lets read it."""

    subject: Subject
    day: date
    moment: datetime
    things: list[Thing]
    periods: Mapping[str, int]
    readers: Mapping[str, Sequence[str]]

    def __repr__(self) -> str:
        return "<Answer>"


def subject_patron(connection: psycopg.Connection, number: str) -> Subject:
    """The patron with this number. Raises `UserError`."""
    found = store.patron(connection, number)
    if found is None:
        raise UserError("Nobody has this patron number (not repeated here).", "Give a patron number.")
    return found


def subject_of_case(connection: psycopg.Connection, case_number: int) -> Subject:
    """The guardian, no patron, whom a case is about. Raises `UserError`."""
    from db.patrons.store import read_case

    case = read_case(connection, case_number)
    if case is None:
        raise UserError("There is no such case (its number is not repeated here).", "See: patronsync cases --closed")
    if "guardian" not in case.detail:
        raise UserError(
            f"Case {case_number} is about no guardian.",
            f"Look for the guardian among those of the child: patronsync guardian --child {case.patron_number}",
        )
    return _guardian(connection, int(case.detail["guardian"]), f"Case {case_number}")


def subject_of_link(connection: psycopg.Connection, link: int) -> Subject:
    """The guardian, no patron, whom a link leads to. Raises `UserError`."""
    found = store.guardian_of_link(connection, link)
    if found is None:
        raise UserError(
            "There is no such link (its number is not repeated here).", "See: patronsync guardian --child NUMBER"
        )
    if found[0] is None:
        raise UserError(f"Link {link} is to a holder of custody whom the registry does not name.", "Nobody is kept.")
    return _guardian(connection, found[0], f"Link {link}")


def _guardian(connection: psycopg.Connection, guardian_id: int, said_of: str) -> Subject:
    subject = store.guardian(connection, guardian_id)
    if subject is None:
        raise UserError(f"{said_of} is about a guardian who is forgotten.", "Nothing of them is kept any more.")
    if subject.patron_number is not None:
        raise UserError(
            f"{said_of} is about a guardian who is patron {subject.patron_number}.",
            f"Say: patronsync patron {subject.patron_number} --everything",
        )
    return subject


def make_answer(
    connection: psycopg.Connection,
    settings: Settings,
    subject: Subject,
    day: date,
    *,
    moment: datetime,
    os_user: str,
    reason: str = REASON,
) -> Answer:
    """Puts on record that it is made, and for whom; then gathers. `connection`: one that commits by itself.

    Raises `UserError` for a guardian who is no patron, if all that is kept about them is about protected children, too.
    """
    subject = store.to_be_told(connection, subject, day)
    if subject.patron_number is None and not subject.guardians:
        raise UserError(
            "All that is kept about this guardian is about a child, too, who is protected, or may be. It is not told.",
            "That a child is a patron must not come out by it: let whoever answers for data protection decide.",
        )
    store.disclose(connection, subject, os_user, reason)
    with store.one_moment(connection):
        rows = store.gather(connection, subject, day)
    periods = settings.periods()
    things = fill_in(rows, Terms(day, periods, settings.kinds_without_material()))
    readers = {key: roles_of(found) for key, found in readings(list_granted(connection)).items()}
    return Answer(subject, day, moment, things, periods, readers)
