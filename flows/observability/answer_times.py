"""How the registry answered in a run: how many look-ups ended how, and how long they took. Numbers alone.

A run keeps it in its record (`sync.run.counts`, key `answers`): the night's report and the metrics tell the same,
whatever process did the work.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds of the classes of time, in seconds; the last class is beyond them."""

BEYOND = "+Inf"
_LABELS = (*(f"{bound:g}" for bound in BOUNDS), BEYOND)


@dataclass(slots=True)
class AnswerTimes:
    """`outcomes`: `answered`, or the code of the error. `classes`: upper bound -> look-ups above the one before it."""

    outcomes: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, look_ups: Iterable[tuple[str, float]]) -> None:
        """Counts look-ups by outcome and seconds."""
        for outcome, seconds in look_ups:
            self.outcomes[outcome] += 1
            self.classes[_LABELS[bisect_left(BOUNDS, seconds)]] += 1
            self.seconds += seconds

    def add_all(self, other: AnswerTimes) -> None:
        """Counts those of another run, too."""
        self.outcomes.update(other.outcomes)
        self.classes.update(other.classes)
        self.seconds += other.seconds

    @property
    def number(self) -> int:
        """How many look-ups there were."""
        return sum(self.outcomes.values())

    def by_class(self) -> list[tuple[str, int]]:
        """Every class with its number, the quickest first."""
        return [(label, self.classes[label]) for label in _LABELS]

    def within(self, share: float) -> float | None:
        """The bound within which this share of the look-ups was answered; None: beyond all, or there were none."""
        wanted, passed = share * self.number, 0
        for bound, label in zip(BOUNDS, _LABELS, strict=False):
            passed += self.classes[label]
            if passed and passed >= wanted:
                return bound
        return None

    def as_dict(self) -> dict[str, Any]:
        """As the record keeps it."""
        return {
            "outcomes": dict(self.outcomes),
            "classes": dict(self.classes),
            "seconds": round(self.seconds, 3),
        }

    @classmethod
    def restore(cls, kept: Mapping[str, Any]) -> AnswerTimes:
        """What a record keeps; of one that keeps nothing, none."""
        return cls(Counter(kept.get("outcomes", {})), Counter(kept.get("classes", {})), float(kept.get("seconds", 0)))
