"""One measured figure against its target, and how pairs of measurements become one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure. `detail`: what it was worked out from, in absolute numbers, which belong to the machine."""

    name: str
    value: float
    unit: str
    bound: Literal["at least", "at most"]
    limit: float
    detail: str

    @property
    def target(self) -> str:
        """The target in words."""
        return f"{self.bound} {self.limit:g}"

    @property
    def met(self) -> bool:
        """Whether the figure keeps to it."""
        return self.value >= self.limit if self.bound == "at least" else self.value <= self.limit

    def as_json(self) -> dict[str, object]:
        """As `bench/results.json` has it."""
        return {
            "name": self.name,
            "value": round(self.value, 3),
            "unit": self.unit,
            "target": self.target,
            "met": self.met,
        }


def interleaved(rounds: int, *measure: Callable[[], float]) -> list[list[float]]:
    """Measures each in turn, `rounds` times over: what slows the machine down for a while slows them all."""
    measured: list[list[float]] = [[] for _ in measure]
    for _ in range(rounds):
        for values, one in zip(measured, measure, strict=True):
            values.append(one())
    return measured


def ratio(over: Sequence[float], under: Sequence[float]) -> float:
    """The median of the rounds' ratios: each round's two were measured right after each other."""
    return median(a / b for a, b in zip(over, under, strict=True))
