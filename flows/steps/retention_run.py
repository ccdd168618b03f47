"""The body of a run of retention, without Prefect: count, hold what looks like a mistake, remove, prove, report.

Rows go in small batches, a transaction each, that skip whatever somebody else has locked: nobody at the desk waits. A
run that is killed leaves the rest due, and the next one takes it up. A dry run does the same in one transaction and
rolls it back.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date

from db.connect import Connection
from db.retention import store
from db.retention.store import Outcome, Terms
from db.session import Session
from flows.steps.listening import listener
from flows.steps.once import once
from flows.steps.operators_word import BrakeHeld
from flows.steps.retention_counts import RetentionCounts
from flows.steps.retention_words import overdue_message
from mappers.plausibility import Alarm, rows_verdict
from mappers.retention import RULES, Rule

LOCKED_TRIES = 5
LOCKED_PAUSE = 2.0  # seconds


@dataclass(slots=True)
class RetentionRun:
    """One run: what it may do, and what it has done so far. `limit_percent`, `more_than`: the brake.

    `released`: rules whose brake an operator has taken off for this run. `skipped`: rules left out of it by a word.
    """

    run_id: int
    terms: Terms
    session: Session
    batch_size: int
    dry_run: bool
    counts: RetentionCounts
    limit_percent: float
    more_than: int
    language: str
    released: Collection[str] = ()
    skipped: Collection[str] = ()
    alarms: list[Alarm] = field(default_factory=list)
    say: Callable[[str], None] = lambda line: None
    began: float = field(default_factory=time.monotonic)

    @property
    def today(self) -> date:
        """The day to work by."""
        return self.terms.today

    def run(self) -> None:
        """Removes and proves. Raises `BrakeHeld` when the rest is done."""
        if self.dry_run:
            with self.session.connection.transaction(force_rollback=True):
                self._remove_all()
                self._prove()
        else:
            self._remove_until_nothing_is_locked()
            self._prove()
        if self.alarms:
            raise BrakeHeld(self.alarms)

    def _remove_until_nothing_is_locked(self) -> None:
        """Every rule anew while rows of one were locked: what a rule leaves may keep the next one from its rows."""
        self._remove_all()
        for _ in range(LOCKED_TRIES):
            if not self._locked():
                return
            time.sleep(LOCKED_PAUSE)
            self._remove_all()

    def _locked(self) -> list[str]:
        """The rules that left rows because somebody else had locked them."""
        held = {alarm.part for alarm in self.alarms} | set(self.skipped)
        return [name for name, outcome in self.counts.rules.items() if outcome.skipped and name not in held]

    def _remove_all(self) -> None:
        self.alarms = []
        for rule in RULES:
            self._remove_by(rule)
            self._tell()

    def _remove_by(self, rule: Rule) -> None:
        began = time.monotonic()
        outcome = self._count(rule)
        if rule.name not in self.skipped and not self._held(rule, outcome):
            while outcome.skipped and self._remove_some(rule):
                outcome = self.counts.rules[rule.name]
                self._tell()
            outcome = self._count(rule)
        outcome = replace(outcome, seconds=outcome.seconds + time.monotonic() - began)
        self._keep(outcome)
        self.say(f"{rule.name}: {outcome.removed} of {outcome.due} removed, {outcome.held} held, {outcome.skipped} left")
