"""Puts the registry-owned columns, declared in `mappers.record` alone, into the statements that need them all."""

from __future__ import annotations

from functools import cache
from typing import LiteralString

from db.statements import statement
from mappers.record import PatronRecord

COLUMNS = PatronRecord._fields


@cache
def with_columns(name: str) -> LiteralString:
    """The statement with `{record_columns}` and `{record_assignments}` put in."""
    columns = ", ".join(f"patron.{column}" for column in COLUMNS)
    assignments = ", ".join(f"{column} = staged.{column}" for column in COLUMNS)
    return statement(name).replace("{record_columns}", columns).replace("{record_assignments}", assignments)
