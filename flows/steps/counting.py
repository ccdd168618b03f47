"""What a refresh has done so far. State and exit code follow from these numbers, never from "no exception".

due = checked + failed + left          checked = first_answers + changed + unchanged + quarantined
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from db.refresh.batches import Access
from db.runs.store import Progress
from flows.observability.answer_times import AnswerTimes
from mappers.events import MUNICIPALITY
from mappers.plausibility import Tally
from mappers.quarantine import REASONS
from mappers.record import Decision, PatronRecord

_GOOD = {"first answer": "first_answers", "changed": "changed", "unchanged": "unchanged"}
_CHECKED = {*_GOOD, *REASONS}


@dataclass(slots=True)
class LookedUpCounts:
    """Those whom a run looks up, by what became of them."""

    due: int = 0
    first_answers: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    failed: int = 0

    @property
    def checked(self) -> int:
        """Those whose answer was applied, quarantine included."""
        return self.first_answers + self.changed + self.unchanged + self.quarantined

    @property
    def left(self) -> int:
        """Those not asked about or not applied: limit, brake, registry down, claimed by another run."""
        return max(0, self.due - self.checked - self.failed)

    def as_dict(self) -> dict[str, int]:
        """As the JSON reports have it (docs/reference/runs.md)."""
        return {
            "due": self.due,
            "checked": self.checked,
            "first_answers": self.first_answers,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "quarantined": self.quarantined,
            "failed": self.failed,
            "left": self.left,
        }


@dataclass(slots=True)
class Counts(LookedUpCounts):
    """Patrons by what became of them, look-ups, events per kind, outcomes, and the brake's tally.

    `notes`: what the answers hold that is to be reported and holds nobody back (`mappers.municipalities.NOTES`).
    `moves`: patrons by the municipality that they left and the one that they came to, `0101>0851` (either may be none).
    `answers`: how the registry answered.
    """

    look_ups: int = 0
    batches: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    moves: Counter[str] = field(default_factory=Counter)
    answers: AnswerTimes = field(default_factory=AnswerTimes)
    tally: Tally = field(default_factory=Tally)

    def add_decisions(self, decisions: Iterable[Decision]) -> None:
        """Counts what was applied."""
        for decision in decisions:
            self.outcomes[decision.outcome] += 1
            name = _GOOD.get(decision.outcome, "quarantined")
            setattr(self, name, getattr(self, name) + 1)
            self.changes.update(decision.events.keys())
            self.notes.update(decision.notes)
        self.due = max(self.due, self.checked + self.failed)

    def add_look_ups(self, accesses: Sequence[Access]) -> None:
        """Counts look-ups, whatever came of them."""
        self.look_ups += len(accesses)
        self.answers.add((access.outcome, access.seconds) for access in accesses)

    def add_moves(self, decided: Iterable[tuple[PatronRecord, Decision]]) -> None:
        """Counts who moved between municipalities, by what the patron had and what was decided; no first answers."""
        for before, decision in decided:
            if MUNICIPALITY in decision.events and not decision.first:
                self.moves[f"{before.municipality_code or ''}>{decision.after.municipality_code or ''}"] += 1

    def add_failure(self, code: str, patrons: int = 1) -> None:
        """Counts patrons who could not be asked or applied; they stay due."""
        self.failed += patrons
        self.outcomes[code] += patrons
        self.due = max(self.due, self.checked + self.failed)

    def forget_failures(self) -> None:
        """For a run that goes on: whom it could not ask or apply before is due still, and is asked again."""
        self.failed = 0
        self.outcomes = Counter({code: n for code, n in self.outcomes.items() if code in _CHECKED})

    def patrons(self) -> dict[str, int]:
        """The object `patrons` of the JSON report (docs/reference/commands.md)."""
        return self.as_dict()

    def progress(self) -> Progress:
        """As the run's record keeps it; `restore` reads it back."""
        return Progress(
            counts={
                **self.patrons(),
                "batches": self.batches,
                "notes": dict(self.notes),
                "moves": dict(self.moves),
                "answers": self.answers.as_dict(),
                "tally": asdict(self.tally),
            },
            outcomes=self.outcomes,
            changes=self.changes,
            look_ups=self.look_ups,
        )

    @classmethod
    def restore(
        cls, counts: dict[str, Any], outcomes: dict[str, int], changes: dict[str, int], look_ups: int
    ) -> Counts:
        """The counts of a run that goes on after an operator's word."""
        names = ("due", "first_answers", "changed", "unchanged", "quarantined", "failed", "batches")
        return cls(
            **{name: int(counts.get(name, 0)) for name in names},
            look_ups=look_ups,
            changes=Counter(changes),
            outcomes=Counter(outcomes),
            notes=Counter(counts.get("notes", {})),
            moves=Counter(counts.get("moves", {})),
            answers=AnswerTimes.restore(counts.get("answers", {})),
            tally=Tally(**counts.get("tally", {})),
        )
