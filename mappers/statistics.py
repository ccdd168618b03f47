"""What may be told of how many patrons a municipality has (docs/reference/rules.md, "Net media").

Nobody can be known by a number here: small cells are left out, and so is what would give them away beside the totals.
The set forms are the SQL functions `library.age_band`, `library.municipality_statistics` and
`library.municipality_totals`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import groupby, pairwise
from typing import NamedTuple

from mappers.coming_of_age import birthday

FEWEST = 5
"""A number of patrons below it is not told."""

_BANDS_FROM = (0, 7, 13, 18, 25, 40, 65)
UNKNOWN = "unknown"
AGE_BANDS: tuple[str, ...] = (
    *(f"{first}-{beyond - 1}" for first, beyond in pairwise(_BANDS_FROM)),
    f"{_BANDS_FROM[-1]}+",
    UNKNOWN,
)
"""The bands, youngest first; who has no birth date is in the last."""


class Cell(NamedTuple):
    """Patrons of one municipality, age band and group. A number that is not told is None."""

    municipality_code: str
    age_band: str
    patron_group: str | None
    patrons: int
    minors: int | None
    with_net_media: int | None


class Total(NamedTuple):
    """Patrons of one municipality."""

    municipality_code: str
    patrons: int
    minors: int | None
    with_net_media: int | None


def age_band(birth_date: date | None, day: date) -> str:
    """The band of somebody's age on a day."""
    if birth_date is None:
        return UNKNOWN
    passed = sum(birthday(birth_date, first) <= day for first in _BANDS_FROM[1:])
    return AGE_BANDS[passed]


def told(cells: Iterable[Cell]) -> list[Cell]:
    """Of all cells those that may be told, numbers that may not being None.

    Of a municipality no cell is left out alone, nor fewer than `FEWEST` patrons; likewise no number is veiled alone.
    """
    ordered = sorted(cells, key=lambda cell: cell.municipality_code)
    return [cell for _, area in groupby(ordered, key=lambda cell: cell.municipality_code) for cell in _told(list(area))]


def totals(cells: Iterable[Cell]) -> list[Total]:
    """By municipality alone."""
    ordered = sorted(cells, key=lambda cell: cell.municipality_code)
    found = []
    for code, area in groupby(ordered, key=lambda cell: cell.municipality_code):
        members = list(area)
        patrons = sum(cell.patrons for cell in members)
        minors = sum(cell.minors or 0 for cell in members)
        media = sum(cell.with_net_media or 0 for cell in members)
        if patrons >= FEWEST:
            shown = [None if _speaks_of_few(number, patrons) else number for number in (minors, media)]
            found.append(Total(code, patrons, *shown))
    return found


def _told(cells: Sequence[Cell]) -> list[Cell]:
    small = [cell for cell in cells if cell.patrons < FEWEST]
    kept = [cell for cell in cells if cell.patrons >= FEWEST]
    if kept and small and (len(small) == 1 or sum(cell.patrons for cell in small) < FEWEST):
        kept.remove(min(kept, key=lambda cell: (cell.patrons, *_place(cell))))
    left_out = len(cells) - len(kept)
    no_minors = _veiled(kept, left_out, lambda cell: cell.minors or 0)
    no_media = _veiled(kept, left_out, lambda cell: cell.with_net_media or 0)
    return [
        cell._replace(
            minors=None if cell in no_minors else cell.minors,
            with_net_media=None if cell in no_media else cell.with_net_media,
        )
        for cell in kept
    ]


def _veiled(kept: Sequence[Cell], left_out: int, number_of: Callable[[Cell], int]) -> list[Cell]:
    """The cells whose number is not told."""
    veiled = [cell for cell in kept if _speaks_of_few(number_of(cell), cell.patrons)]
    others = [cell for cell in kept if cell not in veiled]
    if left_out + len(veiled) == 1 and others:
        veiled.append(min(others, key=lambda cell: (number_of(cell), *_place(cell))))
    return veiled


def _speaks_of_few(number: int, patrons: int) -> bool:
    return 0 < number < FEWEST or 0 < patrons - number < FEWEST


def _place(cell: Cell) -> tuple[str, bool, str]:
    """Of cells of one size the first by band and group counts."""
    return cell.age_band, cell.patron_group is None, cell.patron_group or ""
