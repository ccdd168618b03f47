"""The blocks that the registry causes, and lifts (docs/reference/rules.md, "Registry status -> patron").

Staff's blocks are never touched: this module knows those of source `registry` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

REGISTRY = "registry"
STAFF = "staff"
SOURCES = (REGISTRY, STAFF)
"""Who set a block."""

DECEASED = "deceased"
NUMBER_ANNULLED = "number annulled"
REGISTRY_REASONS = (DECEASED, NUMBER_ANNULLED)
"""The reasons of blocks that the registry causes."""


def since(reason: str, held: Mapping[str, date], status_date: date | None, today: date) -> date:
    """The day from which the block counts: the status date, else the day on which it was learnt.

    `held`: the registry's blocks on the patron; a block learnt earlier keeps its day.
    """
    return status_date or held.get(reason) or today


def to_set(held: Mapping[str, date], wanted: Mapping[str, date]) -> dict[str, date]:
    """Those of `wanted` (reason -> since) that are not there, or stand with another day."""
    return {reason: day for reason, day in wanted.items() if held.get(reason) != day}


def to_lift(held: Mapping[str, date], wanted: Mapping[str, date]) -> tuple[str, ...]:
    """The registry's blocks that the registry no longer gives a reason for."""
    return tuple(reason for reason in held if reason not in wanted)
