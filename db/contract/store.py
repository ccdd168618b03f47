"""The contract with downstream systems, as the database's own comments and grants tell it (schema `downstream`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import psycopg

from db.roles import NAMES
from db.statements import statement


class Column(NamedTuple):
    """A column: `meaning` is what it holds, `source` who says it, `null` when it is null."""

    name: str
    type: str
    meaning: str
    source: str
    null: str


@dataclass(frozen=True, slots=True)
class View:
    """A view, and the roles that may read it."""

    name: str
    meaning: str
    roles: list[str]
    columns: list[Column]


@dataclass(frozen=True, slots=True)
class Function:
    """A function: `call` with its arguments, and the roles that may call it."""

    call: str
    returns: str
    meaning: str
    roles: list[str]


@dataclass(frozen=True, slots=True)
class Contract:
    """All of it."""

    version: int
    views: list[View]
    functions: list[Function]


def read_contract(connection: psycopg.Connection) -> Contract:
    """The contract that this database keeps."""
    roles = {"roles": NAMES}
    views = [
        View(name, meaning, may_read, [_column(*column) for column in columns])
        for name, meaning, may_read, columns in connection.execute(statement("contract/list_relations"), roles)
    ]
    functions = [Function(*row) for row in connection.execute(statement("contract/list_functions"), roles)]
    row = connection.execute(statement("contract/read_version")).fetchone()
    assert row is not None, "the view has one row"
    return Contract(row[0], views, functions)


def _column(name: str, type_: str, comment: str) -> Column:
    """Reads a comment: what it holds. `Source:` who says it. `Never null` or `Null:` when it is."""
    meaning, _, rest = comment.partition(" Source: ")
    source, _, null = rest.partition(". ")
    return Column(name, type_, meaning.removesuffix("."), source, null.removeprefix("Null: "))
