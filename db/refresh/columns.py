"""Puts the registry-owned columns, declared in `mappers.record` alone, into the statements that need them all."""

from __future__ import annotations

from datetime import date
from functools import cache
from types import UnionType
from typing import Any, LiteralString, get_args, get_type_hints

from db.statements import statement
from mappers.record import PatronRecord

COLUMNS = PatronRecord._fields

_TYPE_OF: dict[Any, str] = {
    str: "text",
    int: "int2",  # the registry status
    bool: "bool",
    date: "date",
    list[str]: "text[]",
    dict[str, Any]: "jsonb",
}
TYPES = tuple(
    _TYPE_OF[next((part for part in get_args(hint) if isinstance(hint, UnionType)), hint)]
    for hint in get_type_hints(PatronRecord).values()
)
"""PostgreSQL's types of `COLUMNS`, in their order."""


@cache
def with_columns(name: str) -> LiteralString:
    """The statement with `{record_columns}` and `{record_assignments}` put in."""
    columns = ", ".join(f"patron.{column}" for column in COLUMNS)
    assignments = ", ".join(f"{column} = staged.{column}" for column in COLUMNS)
    return statement(name).replace("{record_columns}", columns).replace("{record_assignments}", assignments)
