"""Charts of plain text, which Prefect's page and a terminal show alike."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH = 40
"""Characters of the longest bar."""


def bars(rows: Sequence[tuple[str, int, int]]) -> list[str]:
    """A bar for each (label, part, whole): the part full, the rest light, then both numbers. Labels in one column."""
    most = max((whole for _, _, whole in rows), default=0)
    room = max((len(label) for label, _, _ in rows), default=0)
    return [f"{label.ljust(room)}  {_bar(part, whole, most)}  {part} / {whole}" for label, part, whole in rows]


def _bar(part: int, whole: int, most: int) -> str:
    length = round(WIDTH * whole / most) if most else 0
    full = round(length * part / whole) if whole else 0
    return ("█" * full + "░" * (length - full)).ljust(WIDTH)
