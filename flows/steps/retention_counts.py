"""What a run of retention has done so far, rule by rule. State and exit code follow from these numbers.

Of every rule: due = removed + held + skipped. `overdue` is the proof's own count, made when the run is over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from db.retention.store import Outcome
from db.runs.store import Progress


@dataclass(slots=True)
class RetentionCounts:
    """An outcome a rule, in the order in which the rules go, and events per kind.

    `lost_unbilled`: loans of lost items that have no bill, and so are not over.
    """

    rules: dict[str, Outcome] = field(default_factory=dict)
    changes: Counter[str] = field(default_factory=Counter)
    lost_unbilled: int = 0

    @property
    def due(self) -> int:
        """Rows due, over all rules."""
        return sum(outcome.due for outcome in self.rules.values())

    @property
    def removed(self) -> int:
        """Rows removed, over all rules."""
        return sum(outcome.removed for outcome in self.rules.values())

    def as_list(self) -> list[dict[str, Any]]:
        """The list `rules` of the JSON report (docs/reference/commands.md)."""
        return [outcome_json(outcome) for outcome in self.rules.values()]

    def progress(self) -> Progress:
        """As the run's record keeps it; `restore` reads it back."""
        counts = {"rules": self.as_list(), "lost_unbilled": self.lost_unbilled}
        return Progress(counts=counts, changes=self.changes)

    @classmethod
    def restore(cls, counts: dict[str, Any], changes: dict[str, int]) -> RetentionCounts:
        """The counts of a run that goes on after an operator's word."""
        rules: Iterable[dict[str, Any]] = counts["rules"]
        outcomes = [Outcome(**{**rule, "cut_off": date.fromisoformat(rule["cut_off"])}) for rule in rules]
        return cls(
            rules={outcome.rule: outcome for outcome in outcomes},
            changes=Counter(changes),
            lost_unbilled=int(counts["lost_unbilled"]),
        )


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """One rule as the reports have it."""
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
