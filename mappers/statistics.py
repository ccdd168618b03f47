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
    """Patrons of one municipality, age band and group. A number that is not told is None.

    No band reaches over the 18th birthday: all of a cell are minors, or none.
    """

    municipality_code: str
    age_band: str
    patron_group: str | None
    patrons: int
    minors: int
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

    What is not told of a municipality can be reckoned from its totals; so more is not told, until that is nobody or
    `FEWEST` of patrons, of minors and of adults, and of those with net media and without.
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
        minors = sum(cell.minors for cell in members)
        media = sum(cell.with_net_media or 0 for cell in members)
        if patrons >= FEWEST:
            shown = [None if _speaks_of_few(number, patrons) else number for number in (minors, media)]
            found.append(Total(code, patrons, *shown))
    return found


def _told(cells: Sequence[Cell]) -> list[Cell]:
    left_out = _left_out(cells)
    kept = [cell for cell in cells if cell not in left_out]
    veiled = [cell for cell in kept if _speaks_of_few(_media(cell), cell.patrons)]
    hidden = [*left_out, *veiled]
    more = (
        _smallest(kept, hidden, _media),
        _smallest(kept, hidden, lambda cell: cell.patrons - _media(cell)),
    )
    return [
        cell._replace(with_net_media=None if cell in veiled or cell in more else cell.with_net_media) for cell in kept
    ]


def _left_out(cells: Sequence[Cell]) -> list[Cell]:
    """The cells that are not told: the small ones, and those that go with them."""
    small = [cell for cell in cells if cell.patrons < FEWEST]
    kept = [cell for cell in cells if cell.patrons >= FEWEST]
    more = {
        _smallest(kept, small, lambda cell: cell.minors),
        _smallest(kept, small, lambda cell: cell.patrons - cell.minors),
    }
    left_out = [cell for cell in cells if cell in small or cell in more]
    last = _smallest(kept, left_out, lambda cell: cell.patrons)
    return [*left_out, *([last] if last else [])]


def _smallest(kept: Sequence[Cell], hidden: Sequence[Cell], number_of: Callable[[Cell], int]) -> Cell | None:
    """Which of the cells is not told either, where the number that is hidden would be that of few."""
    others = [cell for cell in kept if cell not in hidden and number_of(cell)]
    if not others or not 0 < sum(number_of(cell) for cell in hidden) < FEWEST:
        return None
    return min(others, key=lambda cell: (cell.patrons, *_place(cell)))


def _media(cell: Cell) -> int:
    return cell.with_net_media or 0


def _speaks_of_few(number: int, patrons: int) -> bool:
    return 0 < number < FEWEST or 0 < patrons - number < FEWEST


def _place(cell: Cell) -> tuple[str, bool, str]:
    """Of cells of one size the first by band and group counts."""
    return cell.age_band, cell.patron_group is None, cell.patron_group or ""
