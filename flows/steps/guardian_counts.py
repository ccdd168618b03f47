"""What a run of guardians has done so far. State and exit code follow from these numbers.

Of guardians looked up: due = checked + failed + left, checked = first_answers + changed + unchanged + quarantined.
Of children decided on: due = checked + left, checked = changed + unchanged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from db.guardians.links import Changed
from db.refresh.batches import Access
from db.runs.store import Progress
from flows.observability.answer_times import AnswerTimes
from flows.steps.counting import LookedUpCounts
from mappers.guardian import SAME_PERSON, GuardianDecision

_GOOD = {"first answer": "first_answers", "changed": "changed", SAME_PERSON: "changed", "unchanged": "unchanged"}


@dataclass(slots=True)
class GuardianCounts:
    """Children, guardians, links, cases, look-ups, events per kind, outcomes of look-ups.

    `stood`: links that stood when the run began; what the brake is held against. `deleted`: guardians.
    """

    due: int = 0
    changed: int = 0
    unchanged: int = 0
    guardians: LookedUpCounts = field(default_factory=LookedUpCounts)
    stood: int = 0
    linked: int = 0
    ended: int = 0
    opened: int = 0
    closed: int = 0
    deleted: int = 0
    look_ups: int = 0
    batches: int = 0
    answers: AnswerTimes = field(default_factory=AnswerTimes)
    changes: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def checked(self) -> int:
        """Children decided on."""
        return self.changed + self.unchanged

    def add_look_ups(self, accesses: Sequence[Access]) -> None:
        """Counts look-ups, whatever came of them."""
        self.look_ups += len(accesses)
        self.answers.add((access.outcome, access.seconds) for access in accesses)

    def add_decisions(self, decisions: Iterable[GuardianDecision]) -> None:
        """Counts answers about guardians that were applied."""
        for decision in decisions:
            self.outcomes[decision.outcome] += 1
            name = _GOOD.get(decision.outcome, "quarantined")
            setattr(self.guardians, name, getattr(self.guardians, name) + 1)
        self.guardians.due = max(self.guardians.due, self.guardians.checked + self.guardians.failed)

    def add_failure(self, code: str, guardians: int = 1) -> None:
        """Counts guardians who could not be asked about or applied; they stay due."""
        self.guardians.failed += guardians
        self.outcomes[code] += guardians
        self.guardians.due = max(self.guardians.due, self.guardians.checked + self.guardians.failed)

    def add_children(self, children: int, changed: Changed) -> None:
        """Counts a batch of children decided on."""
        with_change = len(changed.patron_numbers)
        self.changed += with_change
        self.unchanged += children - with_change
        self.linked += changed.linked
        self.ended += changed.ended
        self.opened += changed.opened
        self.closed += changed.closed
        self.changes.update({kind: len(numbers) for kind, numbers in changed.children.items()})

    def patrons(self) -> dict[str, int]:
        """The object `patrons` of the JSON report: children."""
        return {
            "due": self.due,
            "checked": self.checked,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "left": max(0, self.due - self.checked),
        }

    def progress(self) -> Progress:
        """As the run's record keeps it; `restore` reads it back."""
        names = ("stood", "linked", "ended", "opened", "closed", "deleted", "batches")
        counts: dict[str, Any] = {**self.patrons(), "guardians": self.guardians.as_dict()}
        counts["answers"] = self.answers.as_dict()
        counts |= {name: getattr(self, name) for name in names}
        return Progress(counts=counts, outcomes=self.outcomes, changes=self.changes, look_ups=self.look_ups)

    @classmethod
    def restore(
        cls, counts: dict[str, Any], outcomes: dict[str, int], changes: dict[str, int], look_ups: int
    ) -> GuardianCounts:
        """The counts of a run that goes on after an operator's word.

        Its children are decided on anew, which changes nothing of those who were; whom it could not ask about is asked.
        """
        names = ("stood", "linked", "ended", "opened", "closed", "deleted", "batches")
        asked = ("first_answers", "changed", "unchanged", "quarantined")
        guardians = LookedUpCounts(**{name: int(counts["guardians"][name]) for name in asked})
        guardians.due = guardians.checked
        return cls(
            **{name: int(counts[name]) for name in names},
            guardians=guardians,
            look_ups=look_ups,
            answers=AnswerTimes.restore(counts.get("answers", {})),
            changes=Counter(changes),
            outcomes=Counter(outcomes),
        )
