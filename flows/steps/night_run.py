"""The body of a night, without its flows: each step in its turn, what depends on a failed one left out, all told.

Each step is a run of its own, with its own record, claims and brakes. The night knows of them what their records say:
so a night that is resumed, or tried again, does what is left, and its summary is that of the database.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from db.runs import store
from db.runs.store import Progress, RunRecord
from db.session import Session
from flows.steps.listening import Listener, listener, listening
from flows.steps.within_night import within_night
from mappers import night
from mappers.night import STEPS, Asked, Decision, Outcome, Step, decide, night_state

_RUNNING = "running"
_LOOKS = 30
_PAUSE = 0.1  # seconds

StepFlow = Callable[[Decision], Any]
"""Runs a step's flow and returns its state in Prefect."""


@dataclass(frozen=True, slots=True)
class TookOver:
    """A run that was killed before this night, which does what it left."""

    run_id: int
    flow: str


@dataclass(slots=True)
class StepOfTonight:
    """What became of a step. `run`: its latest run's number; `reason`, `because_of`: why it was left out."""

    step: str
    state: str
    run: int | None = None
    message: str | None = None
    reason: str | None = None
    because_of: str | None = None
    registry_down: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As the night's record and its JSON report have it."""
        names = ("step", "state", "run", "message", "reason", "because_of")
        return {name: getattr(self, name) for name in names}


@dataclass(slots=True)
class NightCounts:
    """The night so far. `runs`: the records of its steps, a step that was tried again has several."""

    steps: list[StepOfTonight] = field(default_factory=list)
    runs: list[RunRecord] = field(default_factory=list)
    took_over: list[TookOver] = field(default_factory=list)
    only_failed: frozenset[str] | None = None

    @property
    def changes(self) -> Counter[str]:
        """Events per kind, over all its runs."""
        return sum((Counter(run.changes) for run in self.runs), Counter[str]())

    @property
    def look_ups(self) -> int:
        """Questions put to the registry, over all its runs."""
        return sum(run.look_ups for run in self.runs)

    def progress(self) -> Progress:
        """As the night's record keeps it."""
        counts = {
            "steps": [step.as_dict() for step in self.steps],
            "took_over": [{"run": one.run_id, "flow": one.flow} for one in self.took_over],
            "only_failed": None if self.only_failed is None else sorted(self.only_failed),
        }
        return Progress(counts=counts, changes=self.changes, look_ups=self.look_ups)


class _Hears(Listener):
    """Hears a step for the night, and passes on how far it is."""

    def __init__(self, outer: Listener) -> None:
        self._outer = outer
        self.report: dict[str, Any] | None = None

    def due(self, patrons: int) -> None:
        self._outer.due(patrons)

    def progressed(self, patrons: int, changes: dict[str, int], outcomes: dict[str, int] | None = None) -> None:
        self._outer.progressed(patrons, changes, outcomes)

    def ended(self, report: dict[str, Any], message: str | None) -> None:
        self.report = {**report, "message": message}

    def refused(self, error: Exception) -> None: ...

    def step_begins(self, step: str) -> None: ...

    def step_ended(self, step: str, report: dict[str, Any]) -> None: ...


@dataclass(slots=True)
class NightRun:
    """One night: its number, what is asked of it, and what it has done so far.

    `retries`, `retry_seconds`: how often a step that fails is tried again by itself, and after how long.
    """

    run_id: int
    today: date
    asked: Asked
    session: Session
    run_session: Session
    dry_run: bool
    retries: int = 0
    retry_seconds: float = 0
    took_over: list[TookOver] = field(default_factory=list)
    counts: NightCounts = field(default_factory=NightCounts)
    say: Callable[[str], None] = lambda line: None
    began: float = field(default_factory=time.monotonic)

    def run(self, flows: Mapping[str, StepFlow]) -> None:
        """Every step in its turn. What an earlier life of this night has done is not done again."""
        self.counts = NightCounts(took_over=self.took_over, only_failed=self.asked.only_failed)
        for one in self.took_over:
            self.say(f"took over from run {one.run_id} ({one.flow}), which was killed")
        kept, asked = self._records(), self._asked()
        outcomes: dict[str, Outcome] = {}
        for step in STEPS:
            became = self._kept(step, kept, asked) or self._turn(step, outcomes, flows[step.name])
            outcomes[step.name] = Outcome(became.state, became.registry_down)
            self.counts.steps.append(became)
            self._note()

    def _records(self) -> list[RunRecord]:
        return self.session.again(lambda connection: store.runs_of_night(connection, self.run_id))

    def _asked(self) -> set[int]:
        """The runs of this night that have put a question."""
        questions = self.session.again(lambda connection: store.questions(connection, run_id=self.run_id))
        return {question.run_id for question in questions}

    def _kept(self, step: Step, records: list[RunRecord], asked: Collection[int]) -> StepOfTonight | None:
        """A step that is done, or that has ended by an operator's word, is over for this night."""
        latest = _latest(records, step.name)
        if latest is None or latest.state in (_RUNNING, night.WAITING, night.KILLED):
            return None
        by_word = latest.state == night.ABORTED or latest.run_id in asked
        return _of_record(step, latest) if latest.state == night.DONE or by_word else None

    def _turn(self, step: Step, outcomes: Mapping[str, Outcome], flow: StepFlow) -> StepOfTonight:
        decision = decide(step, self.today, outcomes, self.asked)
        if not decision.runs:
            self.say(f"{step.name} is left out: {decision.reason} {decision.because_of or ''}".rstrip())
            return StepOfTonight(step.name, night.SKIPPED, reason=decision.reason, because_of=decision.because_of)
        self.say(f"{step.name} begins" + ("" if decision.look_ups else f" without the registry: {decision.reason}"))
        became = self._run_step(step, decision, flow)
        for _ in range(self.retries):
            if not self._may_be_tried_again(became):
                break
            self.say(f"{step.name} {became.state}: tried again in {self.retry_seconds} seconds")
            time.sleep(self.retry_seconds)
            became = self._run_step(step, decision, flow)
        self.say(f"{step.name} ended: {became.state}" + (f": {became.message}" if became.message else ""))
        return became

    def _may_be_tried_again(self, became: StepOfTonight) -> bool:
        """Whether waiting may mend it: not what could not begin, nor what an operator's word has made of it."""
        return (
            became.state in (night.FAILED, night.KILLED, night.INCOMPLETE)
            and became.run is not None
            and became.run not in self._asked()
        )

    def _run_step(self, step: Step, decision: Decision, flow: StepFlow) -> StepOfTonight:
        hears = _Hears(listener())
        listener().step_begins(step.name)
        over = {record.run_id for record in self._records() if record.state != night.WAITING}
        with within_night(self.run_id), listening(hears):
            state = flow(decision)
        record = self._ended(step, over)
        if hears.report is not None:
            listener().step_ended(step.name, hears.report)
        if record is None:  # it could not even begin
            return StepOfTonight(step.name, night.FAILED, message=state.message)
        became = _of_record(step, record)
        became.reason, became.because_of = decision.reason, decision.because_of
        became.registry_down = bool(hears.report and hears.report.get("registry_down"))
        return became

    def _ended(self, step: Step, over: Collection[int]) -> RunRecord | None:
        """The record of the step's run, none of those that were `over` before; None where it opened none.

        A run that a time-out broke off, or whose database went away, has left its record as it was: it is closed here,
        as soon as the server has noticed that the run's session is gone.
        """
        for _ in range(_LOOKS):
            self.session.again(store.close_dead_runs)
            record = _latest([one for one in self._records() if one.run_id not in over], step.name)
            if record is None or record.state != _RUNNING:
                return record
            time.sleep(_PAUSE)
        return record

    def _note(self) -> None:
        """Into the record, so that a night that is killed tells how far it had come."""
        self.counts.runs = self._records()
        progress = self.counts.progress()
        self.session.again(lambda connection: store.note_counts(connection, self.run_id, progress))

    def state(self) -> tuple[str, str | None]:
        """State and message as those of the steps say (docs/reference/runs.md)."""
        state = night_state([step.state for step in self.counts.steps])
        blamed = [step for step in self.counts.steps if step.state not in (night.DONE, night.SKIPPED)]
        if not blamed:
            return state, None
        return state, "; ".join(f"{step.step} {step.message or step.state}" for step in blamed)


def _latest(records: list[RunRecord], flow: str) -> RunRecord | None:
    return next((record for record in reversed(records) if record.flow == flow), None)


def _of_record(step: Step, record: RunRecord) -> StepOfTonight:
    state = night.KILLED if record.state == _RUNNING else record.state
    return StepOfTonight(step.name, state, run=record.run_id, message=record.message)
