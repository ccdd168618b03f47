"""What a run of retention has done so far, rule by rule. State and exit code follow from these numbers.

Of every rule: due = removed + held + skipped. `overdue` is the proof's own count, made when the run is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from db.retention.store import Outcome
from db.runs.store import Progress
from mappers.events import PATRON_DELETED
from mappers.retention import PATRONS_GONE


@dataclass(slots=True)
class RetentionCounts:
    """An outcome a rule, in the order in which the rules go.

    `lost_unbilled`: loans of lost items that have no bill, and so are not over. `dead_consumers`: names of consumers of
    the change feed that this run has declared dead.
    """

    rules: dict[str, Outcome] = field(default_factory=dict)
    lost_unbilled: int = 0
    dead_consumers: list[str] = field(default_factory=list)

    @property
    def due(self) -> int:
        """Rows due, over all rules."""
        return sum(outcome.due for outcome in self.rules.values())

    @property
    def removed(self) -> int:
        """Rows removed, over all rules."""
        return sum(outcome.removed for outcome in self.rules.values())

    @property
    def changes(self) -> dict[str, int]:
        """Events per kind: nothing but a patron's end makes one."""
        gone = self.rules.get(PATRONS_GONE.name)
        return {PATRON_DELETED: gone.removed} if gone and gone.removed else {}

    def as_list(self) -> list[dict[str, Any]]:
        """The list `rules` of the JSON report (docs/reference/commands.md)."""
        return [_as_json(outcome) for outcome in self.rules.values()]

    def progress(self) -> Progress:
        """As the run's record keeps it; `restore` reads it back."""
        counts = {
            "rules": self.as_list(),
            "lost_unbilled": self.lost_unbilled,
            "dead_consumers": self.dead_consumers,
        }
        return Progress(counts=counts, changes=self.changes)

    @classmethod
    def restore(cls, counts: Mapping[str, Any], recorded: Mapping[str, Outcome]) -> RetentionCounts:
        """The counts of a run that goes on after an operator's word; `recorded`: what its rules have done."""
        return cls(dict(recorded), int(counts["lost_unbilled"]), list(counts["dead_consumers"]))


def _as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "rule": outcome.rule,
        "cut_off": outcome.cut_off.isoformat(),
        "due": outcome.due,
        "removed": outcome.removed,
        "held": outcome.held,
        "skipped": outcome.skipped,
        "overdue": outcome.overdue,
        "seconds": round(outcome.seconds, 1),
    }
