"""How fast something goes and how long it will take, in a few words for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_SHOWN = 4
"""So many counts are named, the largest first."""

_SOONEST = 1.0
"""Seconds before anything is said of a pace: what is done at once has none."""


@dataclass(slots=True)
class Pace:
    """Begun at `began`, by a clock that only goes on (seconds), with `done_before` done already."""

    began: float
    done_before: int = 0

    def rate(self, done: int, now: float) -> float | None:
        """How many a second; None: that can't be said yet."""
        passed, more = now - self.began, done - self.done_before
        return more / passed if passed >= _SOONEST and more > 0 else None

    def remaining(self, done: int, total: int, now: float) -> float | None:
        """Seconds that the rest will take at this pace; None: that can't be said."""
        rate = self.rate(done, now)
        return None if rate is None else max(total - done, 0) / rate

    def words(self, done: int, total: int, now: float) -> str:
        """`250/s, 6 min left`; nothing where nothing can be said."""
        rate, left = self.rate(done, now), self.remaining(done, total, now)
        if rate is None or left is None:
            return ""
        return f"{rate:.3g}/s" + (f", {duration(left)} left" if done < total else "")


def duration(seconds: float) -> str:
    """`45 s`, `6 min`, `1 h 20 min`."""
    if seconds < 90:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    return f"{minutes} min" if minutes < 90 else f"{hours} h {rest} min"


def counts_in_words(changes: Mapping[str, int], outcomes: Mapping[str, int]) -> str:
    """`12 changes; unchanged 950, changed 40, not found 10`."""
    most = sorted(outcomes.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
    told = [f"{sum(changes.values())} changes", ", ".join(f"{code} {number}" for code, number in most if number)]
    return "; ".join(part for part in told if part)
