"""Puts what a kind declares (`mappers.extracts`) into the statements that all kinds of borrowing share."""

from __future__ import annotations

from collections.abc import Collection
from typing import LiteralString

from db.imports.borrowing.references import Reference
from db.statements import statement
from mappers.extracts import BORROWING
from mappers.extracts.cells import Reader, read_amount, read_amount_owed, read_date, read_time
from mappers.extracts.columns import Column, Extract

_TYPE_OF: dict[Reader, str] = {
    read_date: "date",
    read_time: "timestamptz",
    read_amount: "numeric",
    read_amount_owed: "numeric",
}
"""PostgreSQL's type of what a reader returns, where it is not text."""

STAGED = tuple(dict.fromkeys(column.name for extract in BORROWING for column in extract.columns))
"""The columns of the temporary table, the same for all kinds: what a file lacks is null."""


def filled(
    name: str, extract: Extract, table: str, there: Collection[str], reference: Reference | None = None
) -> LiteralString:
    """The statement for this kind. `there`: the columns that the file has; `reference`: what the statement is about."""
    columns = [column for column in extract.columns if column.name in there]
    changing = [column for column in columns if column.name not in extract.known_by]
    known_by = [column for column in extract.columns if column.name in extract.known_by]
    marks = {
        "{table}": table,
        "{key}": extract.key,
        "{identity}": ", ".join(extract.known_by),
        "{stored_identity}": ", ".join(f"stored.{name}" for name in extract.known_by),
        "{same}": " AND ".join(f"stored.{column.name} = {_value(column)}" for column in known_by),
        "{staging_columns}": ", ".join(f"{name} text" for name in STAGED),
        "{columns}": ", ".join(column.name for column in columns),
        "{values}": ", ".join(_value(column) for column in columns),
        "{assignments}": ", ".join(f"{column.name} = {_taken(column)}" for column in changing),
        "{assigned}": ", ".join(f"stored.{column.name}" for column in changing),
        "{taken}": ", ".join(_taken(column) for column in changing),
    }
    if reference is not None:
        marks |= {"{parent}": reference.table, "{parent_key}": reference.column}
    text = statement(name)
    for mark, part in marks.items():
        text = text.replace(mark, part)
    return text


def changes_anything(extract: Extract, there: Collection[str]) -> bool:
    """Whether a file with these columns has one besides those by which a row is known again."""
    return not set(there) <= set(extract.known_by)


def _value(column: Column) -> str:
    """What the line has, of the column's type."""
    kind = _TYPE_OF.get(column.reader)
    return f"staged.{column.name}" + (f"::{kind}" if kind else "")


def _taken(column: Column) -> str:
    """What a row has after its line: the line's, and what stood there where an empty cell does not clear."""
    return f"coalesce({_value(column)}, stored.{column.name})" if column.for_good else _value(column)
