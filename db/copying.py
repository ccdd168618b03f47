"""Rows into a table by COPY, in its binary form: half the time of the text form, and no error of the server's that
quotes a line of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

import psycopg


def put(
    cursor: psycopg.Cursor[Any], target: LiteralString, types: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Appends the rows to `target`: a table, with its columns in brackets where the rows are not as wide as it is.

    `types`: PostgreSQL's names of the columns' types. The binary form converts nothing: they must be these very types.
    """
    with cursor.copy(f"COPY {target} FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)
