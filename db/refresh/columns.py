"""Puts the registry-owned columns, declared in `mappers.record` alone, into the statements that need them all."""

from __future__ import annotations

from datetime import date
from functools import cache
from types import UnionType
from typing import Any, LiteralString, get_args, get_type_hints

from db.statements import statement
from mappers.guardian import GUARDIAN_FIELDS
from mappers.net_media import RULES
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


GUARDIAN_TYPES = tuple(TYPES[COLUMNS.index(field)] for field in GUARDIAN_FIELDS)
"""PostgreSQL's types of `GUARDIAN_FIELDS`, in their order."""

_EMPTY = {"text[]": "'{}'"}


@cache
def with_columns(name: str) -> LiteralString:
    """The statement with `{record_columns}` and `{record_assignments}` put in, and the like of other declarations."""
    lists = {
        "{record_columns}": [f"patron.{column}" for column in COLUMNS],
        "{record_assignments}": [f"{column} = staged.{column}" for column in COLUMNS],
        "{guardian_columns}": [f"guardian.{column}" for column in GUARDIAN_FIELDS],
        "{guardian_assignments}": [f"{column} = staged.{column}" for column in GUARDIAN_FIELDS],
        "{guardian_from_patron}": [
            f"{column} = CASE WHEN gone.tells THEN patron.{column} ELSE guardian.{column} END"
            for column in GUARDIAN_FIELDS
        ],
        "{net_media_rules_fail}": [f"{rule}_fails" for rule in RULES],
        "{guardian_cleared}": [f"{column} = {_nothing(column)}" for column in GUARDIAN_FIELDS],
    }
    text = statement(name)
    for mark, parts in lists.items():
        text = text.replace(mark, ", ".join(parts))
    return text


def _nothing(column: str) -> str:
    """What a column holds of whom the registry has not spoken."""
    default = PatronRecord._field_defaults[column]
    return f"'{default}'" if isinstance(default, str) else _EMPTY.get(TYPES[COLUMNS.index(column)], "NULL")
