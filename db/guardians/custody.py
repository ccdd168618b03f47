"""Custody as the refresh keeps it: what it holds against the next answer, and what it writes with the patron."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import psycopg

from cpr_client import CprNumber
from db.copying import put
from db.statements import statement
from mappers.custody import CustodyEntry, Entries, in_order

Custody = dict[str, Entries]
"""Patron number of a child -> the entries to keep."""

_TYPES = ("text", "text", "text", "date", "date")


def custody_of(rows: Sequence[Sequence[Any]] | None) -> Entries:
    """The entries in the order in which they are compared; `rows` as lock_patrons.sql gives them, None: no entry."""
    return in_order(
        CustodyEntry(kind, CprNumber(number) if number else None, _day(valid_from), _day(valid_to))
        for kind, number, valid_from, valid_to in rows or ()
    )


def keep_custody(cursor: psycopg.Cursor[Any], changed: Mapping[str, Entries]) -> None:
    """Puts these entries in the place of what is kept of the children, and enters holders who are new.

    A holder has a row, with the number and nothing else, from the answer on: the access log names guardians by it.
    """
    cursor.execute(statement("guardians/forget_custody"), {"patron_numbers": list(changed)})
    rows = [
        (number, entry.kind, entry.holder.digits if entry.holder else None, entry.valid_from, entry.valid_to)
        for number, entries in changed.items()
        for entry in entries
    ]
    if rows:
        put(cursor, "library.custody (patron_number, kind, cpr_number, valid_from, valid_to)", _TYPES, rows)
        cursor.execute(
            statement("guardians/enter_holders"), {"cpr_numbers": sorted({row[2] for row in rows if row[2]})}
        )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
