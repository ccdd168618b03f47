"""What can go wrong with the database, by who must act. No message holds a value of a row.

    DatabaseProblem
      TryAgain              nobody: the same work done again may well succeed (deadlock, lock or statement time-out)
        DatabaseUnavailable   the server can't be reached, is starting or stopping, or has no connection free
      OperatorMustAct       a setting, a grant, a password, a disk
        NewerDatabase         the schema is newer than this program
      DataRefused           who gave the data: a constraint or a type refuses it
      ProgramFault          the makers of patronsync

PostgreSQL quotes values in its errors (`Key (cpr_number)=(...) already exists`, `Failing row contains (...)`, COPY's
CONTEXT), and psycopg hands all of it on. So nothing of such an error but names goes further: its class, SQLSTATE,
schema, table, column and constraint (docs/explanation/privacy.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg


@dataclass(frozen=True, slots=True)
class Place:
    """Where the server met the problem: names alone. `condition` is the SQL condition in words."""

    condition: str
    sqlstate: str | None = None
    table: str | None = None
    column: str | None = None
    constraint: str | None = None

    def __str__(self) -> str:
        where = self.table or ""
        if self.column:
            where = f"{where}.{self.column}" if where else self.column
        names = [f"constraint {self.constraint}"] if self.constraint else []
        names += [f"SQLSTATE {self.sqlstate}"] if self.sqlstate else []
        text = f"{self.condition} in {where}" if where else self.condition
        return f"{text} ({', '.join(names)})" if names else text


class DatabaseProblem(Exception):
    """Base of all. `message` says what, `remedy` what to do; `place` is None where no server was reached."""

    def __init__(self, message: str, remedy: str = "", place: Place | None = None) -> None:
        super().__init__(message, remedy, place)
        self.message = message
        self.remedy = remedy
        self.place = place

    def __str__(self) -> str:
        return f"{self.message}\n{self.remedy}" if self.remedy else self.message


class TryAgain(DatabaseProblem):
    """The same work done again may well succeed."""


class DatabaseUnavailable(TryAgain):
    """No server answers, or it takes no more connections just now."""


class OperatorMustAct(DatabaseProblem):
    """Nothing gets better until an operator has changed something."""


class NewerDatabase(OperatorMustAct):
    """The database holds a migration that this program does not know."""


class DataRefused(DatabaseProblem):
    """A constraint or a type refuses the data; `place` names which."""


class ProgramFault(DatabaseProblem):
    """A statement of ours is wrong."""


_UNAVAILABLE = ("08", "57P01", "57P02", "57P03", "53300")
_DISK_FULL = "53100"
_AGAIN = ("40", "55P03", "57014", "57P05", "25P03", "25P04")
_OPERATOR = ("28", "3D", "42501", "53", "58", "25006", "F0", "XX")
_DATA = ("22", "23")

# What libpq says of a connection that was not made (it gives no SQLSTATE then); the first that is found counts.
_AT_THE_DOOR: tuple[tuple[str, type[DatabaseProblem], str, str], ...] = (
    ("password authentication failed", OperatorMustAct, "the database refuses the user or the password", ""),
    ("no password supplied", OperatorMustAct, "the database asks for a password and none is set", ""),
    ("no pg_hba.conf entry", OperatorMustAct, "the database takes no such connection from this machine", ""),
    ('role "', OperatorMustAct, "the database refuses the user", ""),
    ("certificate", OperatorMustAct, "the database's certificate is not trusted", "Name its root with sslrootcert=."),
    ("does not support SSL", OperatorMustAct, "the database server has no encryption switched on", ""),
    ("could not translate host name", OperatorMustAct, "the database's host name is unknown", ""),
    ("too many clients", DatabaseUnavailable, "the database has no connection free", ""),
    ("starting up", DatabaseUnavailable, "the database server is starting", ""),
    ("shutting down", DatabaseUnavailable, "the database server is stopping", ""),
    ('database "', OperatorMustAct, "there is no such database on the server", ""),
    ("invalid ", OperatorMustAct, "PATRONSYNC_DATABASE_URL holds a value that can't be used", ""),
)


def reworded(error: psycopg.Error) -> DatabaseProblem:
    """The problem that `error` means, in our words: class, SQLSTATE and names, never a value."""
    condition = re.sub(r"(?<!^)(?=[A-Z])", " ", type(error).__name__).lower()
    if error.sqlstate is None:
        return _at_the_door(error, condition)
    diag = error.diag
    schema, table = _name(diag.schema_name), _name(diag.table_name)
    where = f"{schema}.{table}" if schema and table else table
    place = Place(condition, error.sqlstate, where, _name(diag.column_name), _name(diag.constraint_name))
    if error.sqlstate == _DISK_FULL:
        return OperatorMustAct(f"the database's disk is full: {place}", "Make room on it, then run it again.", place)
    if error.sqlstate.startswith(_UNAVAILABLE):
        return DatabaseUnavailable(f"the database is not available: {place}", "Try again in a while.", place)
    if error.sqlstate.startswith(_AGAIN):
        return TryAgain(f"the database broke the statement off: {place}", "Run it again.", place)
    if error.sqlstate.startswith(_OPERATOR):
        return OperatorMustAct(f"the database refuses: {place}", "Its administrator can tell why.", place)
    if error.sqlstate.startswith(_DATA):
        return DataRefused(f"the database refuses the data: {place}", "", place)
    return ProgramFault(f"a statement failed: {place}", "This is a fault of patronsync: please report it.", place)


def _name(told: str | None) -> str | None:
    """A name as ours are; a trigger may put anything in its place."""
    return told if told and re.fullmatch(r"[a-z_][a-z_0-9]*", told) else None


def _at_the_door(error: psycopg.Error, condition: str) -> DatabaseProblem:
    if isinstance(error, psycopg.DataError):
        return DataRefused(f"the data can't be sent to the database ({condition})")
    if not isinstance(error, psycopg.OperationalError):
        return ProgramFault(f"a statement failed ({condition})", "This is a fault of patronsync: please report it.")
    said = str(error)
    for phrase, problem, message, remedy in _AT_THE_DOOR:
        if phrase in said:
            return problem(message, remedy or "Look at PATRONSYNC_DATABASE_URL.")
    return DatabaseUnavailable("the database does not answer", "Is it running? Look at PATRONSYNC_DATABASE_URL.")


@contextmanager
def guarded() -> Iterator[None]:
    """Everything that asks the database happens in here: its errors leave reworded, `from None`.

    It goes outside the connection's own `with`, whose end commits. The original is emptied too: it stays reachable as
    the new one's `__context__`.
    """
    try:
        yield
    except psycopg.Error as error:
        problem = reworded(error)
        error.args = (type(error).__name__,)
        raise problem from None
