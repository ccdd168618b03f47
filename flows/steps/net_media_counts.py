"""What a run of net media has done so far. State and exit code follow from these numbers.

Of patrons decided on: due = checked + left, checked = changed + unchanged. Left is who would have another right to a
service that is held or skipped.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from db.net_media.rights import Changed
from db.runs.store import Progress


@dataclass(slots=True)
class NetMediaCounts:
    """Patrons, rights per service, events per kind, rights per outcome."""

    due: int = 0
    changed: int = 0
    left: int = 0
    granted: Counter[str] = field(default_factory=Counter)
    revoked: Counter[str] = field(default_factory=Counter)
    batches: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)

    def add(self, decided: Changed) -> None:
        """Counts what was decided. A run that goes on after a word decides anew: patrons are not counted twice."""
        self.due = max(self.due, decided.due)
        self.left = decided.left
        self.changed = min(self.due - self.left, self.changed + decided.changed)
        for service in decided.services:
            self.granted[service.service] += service.granted
            self.revoked[service.service] += service.revoked
        self.changes.update(decided.events)
        self.outcomes.update(decided.outcomes)
        self.batches += 1

    def patrons(self) -> dict[str, int]:
        """The object `patrons` of the JSON report."""
        checked = self.due - self.left
        return {
            "due": self.due,
            "checked": checked,
            "changed": self.changed,
            "unchanged": checked - self.changed,
            "left": self.left,
        }

    def services(self) -> list[dict[str, Any]]:
        """The list `services` of the JSON report: rights granted and revoked."""
        return [
            {"service": service, "granted": self.granted[service], "revoked": self.revoked[service]}
            for service in sorted({*self.granted, *self.revoked})
        ]

    def progress(self) -> Progress:
        """As the run's record keeps it; `restore` reads it back."""
        counts = {**self.patrons(), "services": self.services(), "batches": self.batches}
        return Progress(counts=counts, outcomes=self.outcomes, changes=self.changes)

    @classmethod
    def restore(cls, counts: dict[str, Any], outcomes: dict[str, int], changes: dict[str, int]) -> NetMediaCounts:
        """The counts of a run that goes on after an operator's word."""
        return cls(
            due=int(counts["due"]),
            changed=int(counts["changed"]),
            left=int(counts["left"]),
            granted=Counter({one["service"]: one["granted"] for one in counts["services"]}),
            revoked=Counter({one["service"]: one["revoked"] for one in counts["services"]}),
            batches=int(counts["batches"]),
            changes=Counter(changes),
            outcomes=Counter(outcomes),
        )
