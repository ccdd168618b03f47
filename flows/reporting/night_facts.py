"""What the report of a night is made of: read from the records, added up, set beside the nights before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median_low

from db.connect import Connection
from db.patrons.store import Quarantined, StaffCase, list_cases
from db.retention.store import Outcome, recorded
from db.runs.store import Question, RunRecord, abort_unanswered
from db.status.nights import Begun, latest_night, quarantine_by_day, quarantined_on, runs_between
from db.status.store import Standing, read_standing
from flows.errors import UserError
from flows.observability.answer_times import AnswerTimes
from flows.observability.hands import Hand, look_at, state_of
from flows.settings import Settings
from flows.wording import Words
from mappers.events import KINDS
from mappers.lateness import expected_steps
from mappers.night import RETENTION, STEPS

BEFORE = 30
"""So many nights before it a night is held against."""

LISTED = 200
"""At most so many patrons in quarantine, and cases, are listed one by one."""

AGES = (0, 2, 8, 31)
"""Days at which each class of ages begins; the last has no end."""

FLOWS = tuple(step.name for step in STEPS)


@dataclass(frozen=True, slots=True)
class Against:
    """One kind of change: tonight, and in the nights before that did anything. None: there were none."""

    kind: str
    tonight: int
    usual: int | None
    least: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class Move:
    """So many patrons who moved; a municipality is its code, '' for none (abroad, disappeared, not known)."""

    left: str
    came_to: str
    patrons: int


@dataclass(frozen=True, slots=True)
class Ages:
    """How many of one kind are open, by the classes of `AGES`."""

    code: str
    numbers: tuple[int, ...]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.numbers)


@dataclass(frozen=True, slots=True)
class Night:
    """One night. `totals`: day -> changes, the nights before and this one. `quarantined`, `cases`: `LISTED` at most."""

    day: date
    state: str
    hands: list[Hand]
    standing: Standing
    changes: list[Against]
    totals: dict[date, int]
    moves: list[Move]
    answers: AnswerTimes
    answers_before: AnswerTimes
    quarantine: list[Ages]
    quarantined: list[Quarantined]
    cases: list[Ages]
    listed_cases: list[StaffCase]
    outcomes: dict[str, Outcome]
    questions: list[Question]


def read_night(connection: Connection, settings: Settings, night: date | None, said: Words) -> Night:
    """A night, the latest unless one is named. Raises `UserError` where nothing ran for it."""
    abort_unanswered(connection, settings.operators_word_hours)
    day = night or latest_night(connection, FLOWS)
    runs = runs_between(connection, FLOWS, day - timedelta(days=BEFORE), day) if day else []
    tonight = [run for run in runs if run.today == day]
    if day is None or not tonight:
        raise UserError(
            f"Nothing ran for {day}." if day else "No night has run yet.", "See: patronsync status, for the last runs."
        )
    standing = read_standing(connection, day)
    found = look_at(standing, expected_steps(settings.guardians), day, settings.feed_behind_hours, said)
    hands = [one.in_words(said) for one in found]
    open_cases = list_cases(connection, day)
    retention = [run.run_id for run in tonight if run.flow == RETENTION]
    return Night(
        day=day,
        state=state_of(hands),
        hands=hands,
        standing=standing,
        changes=held_against(_by_day(runs), day),
        totals={on: changes.total() for on, changes in _by_day(runs).items()},
        moves=_moves(tonight),
        answers=_answers(tonight),
        answers_before=_answers(run for run in runs if run.today != day),
        quarantine=by_age(quarantine_by_day(connection, day), day),
        quarantined=quarantined_on(connection, day, LISTED),
        cases=by_age((Begun(case.kind, case.since, 1) for case in open_cases), day),
        listed_cases=open_cases[:LISTED],
        outcomes=recorded(connection, retention[-1]) if retention else {},
        questions=[question for question in standing.questions if question.today <= day],
    )


def held_against(by_day: Mapping[date, Counter[str]], day: date) -> list[Against]:
    """Each kind of change tonight and in the nights before, in the order of the kinds; none of a kind is left out."""
    before = [changes for on, changes in by_day.items() if on != day]
    held = []
    for kind in KINDS:
        numbers = [changes[kind] for changes in before]
        tonight = by_day[day][kind]
        if tonight or any(numbers):
            usual = median_low(numbers) if numbers else None
            held.append(Against(kind, tonight, usual, min(numbers, default=None), max(numbers, default=None)))
    return held


def by_age(begun: Iterable[Begun], day: date) -> list[Ages]:
    """What is open, by kind and class of age; the kind with most first."""
    numbers: dict[str, list[int]] = defaultdict(lambda: [0] * len(AGES))
    for one in begun:
        age = (day - one.since).days
        numbers[one.code][sum(age >= first for first in AGES) - 1] += one.number
    ages = [Ages(code, tuple(of_code)) for code, of_code in numbers.items()]
    return sorted(ages, key=lambda one: (-one.total, one.code))


def _by_day(runs: Iterable[RunRecord]) -> dict[date, Counter[str]]:
    found: dict[date, Counter[str]] = defaultdict(Counter)
    for run in sorted(runs, key=lambda run: run.today):
        found[run.today].update(run.changes)
    return found


def _moves(runs: Iterable[RunRecord]) -> list[Move]:
    counted = Counter[str]()
    for run in runs:
        counted.update(run.counts.get("moves", {}))
    ends = {between: between.split(">") for between in counted}
    moves = [Move(ends[between][0], ends[between][1], patrons) for between, patrons in counted.items()]
    return sorted(moves, key=lambda move: (-move.patrons, move.left, move.came_to))


def _answers(runs: Iterable[RunRecord]) -> AnswerTimes:
    added = AnswerTimes()
    for run in runs:
        added.add_all(AnswerTimes.restore(run.counts.get("answers", {})))
    return added
