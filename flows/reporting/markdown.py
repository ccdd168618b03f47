"""Markdown that Prefect's UI shows: tables, with cells that can't break them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A table's lines; columns of numbers stand to the right."""
    listed = [list(row) for row in rows]
    numeric = [bool(listed) and all(isinstance(row[i], int | float) for row in listed) for i in range(len(header))]
    return [
        _line(header),
        "|" + "|".join("---:" if number else "---" for number in numeric) + "|",
        *(_line(row) for row in listed),
        "",
    ]


def _line(cells: Iterable[object]) -> str:
    return "| " + " | ".join("" if cell is None else str(cell).replace("|", "\\|") for cell in cells) + " |"
