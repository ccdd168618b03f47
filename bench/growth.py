"""What becomes of memory and of the time for each patron when the library is ten or twenty times as large.

Each size has a database and a process of its own, and one night at zero latency; the largest runs once. The time per
patron at the middle size is the median of several nights, the peak of memory that of the process's first one.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from bench.place import Place
from bench.processes import process
from bench.refresh import Nights, library
from bench.registry import registry
from bench.results import Figure
from bench.sizes import Sizes


def measure(sizes: Sizes, place: Place) -> Iterator[Figure]:
    """The two figures of growth."""
    with registry() as url:
        few_peak, _ = _refreshed(place, url, sizes.few_patrons, sizes.batch, nights=1)
        _, before = _refreshed(place, url, sizes.patrons, sizes.batch, nights=sizes.rounds // 2 + 1)
        many_peak, many = _refreshed(place, url, sizes.many_patrons, sizes.batch, nights=1)
        _, after = _refreshed(place, url, sizes.patrons, sizes.batch, nights=sizes.rounds // 2 + 1)
    size = f"{sizes.many_patrons:,} patrons"
    yield Figure(
        f"peak memory at {size} against {sizes.few_patrons:,}",
        many_peak / few_peak,
        "times",
        "at most",
        1.2,
        f"megabytes: {many_peak:.0f}; {few_peak:.0f}",
    )
    microseconds = [1e6 * seconds for seconds in (many[0], median(before + after))]
    yield Figure(
        f"time per patron at {size} against {sizes.patrons:,}",
        microseconds[0] / microseconds[1],
        "times",
        "at most",
        1.15,
        f"microseconds a patron: {microseconds[0]:.0f}; {microseconds[1]:.0f}",
    )


def _refreshed(place: Place, url: str, patrons: int, batch: int, nights: int) -> tuple[float, list[float]]:
    """The peak of memory after the first night, in megabytes, and each night's seconds per patron."""
    with (
        library(place, patrons) as (database, connection),
        process("bench.refresh", "whole_refresh", database, url, batch) as refresh,
    ):
        passing = Nights(connection)
        told = [passing.next(refresh, patrons) for _ in range(nights)]
    return told[0]["peak"], [night["seconds"] / patrons for night in told]
