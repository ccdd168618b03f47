"""How much is measured: the sizes of the figures, and small ones that show that every benchmark still runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Rounds of each comparison; look-ups, answers, patrons, lines, minors, loans and events in one of them."""

    rounds: int = 5
    look_ups: int = 3_000
    look_ups_in_flight: int = 6_000
    answers: int = 5_000
    batch: int = 1_000
    batches: int = 10
    patrons: int = 20_000
    few_patrons: int = 10_000
    many_patrons: int = 200_000
    night_patrons: int = 100_000
    lines: int = 1_000_000
    net_media_patrons: int = 1_000_000
    few_lines: int = 100_000
    minors: int = 50_000
    loans: int = 3_000_000
    few_loans: int = 300_000
    events: int = 1_000_000
    heard: int = 1_000


FULL = Sizes()
SMALL = Sizes(
    rounds=1,
    look_ups=20,
    look_ups_in_flight=64,
    answers=20,
    batch=100,
    batches=2,
    patrons=300,
    few_patrons=200,
    many_patrons=400,
    night_patrons=300,
    lines=500,
    net_media_patrons=2_000,
    few_lines=200,
    minors=200,
    loans=3_000,
    few_loans=300,
    events=500,
    heard=20,
)
