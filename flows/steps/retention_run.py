"""The body of a run of retention, without Prefect: count, hold what looks like a mistake, remove, prove, report.

Rows go in small batches, a transaction each, that skip whatever somebody else has locked: nobody at the desk waits. A
run that is killed leaves the rest due, and the next one takes it up. A dry run counts what a live one would remove, by
the rule's own statements for it: to remove a whole night's rows and roll back would keep others from them meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import date

from db.connect import Connection
from db.retention import store
from db.retention.store import Batch, Outcome, Position, Terms
from db.session import Session
from flows.reporting.retention_words import consumer_dead, overdue_message
from flows.steps.listening import listener
from flows.steps.once import once
from flows.steps.operators_word import BrakeHeld
from flows.steps.retention_counts import RetentionCounts
from flows.wording import Words
from mappers.plausibility import Alarm, retention_verdict
from mappers.retention import RULES, Rule

LOCKED_TRIES = 5
LOCKED_PAUSE = 2.0  # seconds


@dataclass(slots=True)
class RetentionRun:
    """One run: what it may do, and what it has done so far. `limit_percent`, `more_than`: the brake.

    `released`: rules whose brake an operator has taken off for this run. `left_out`: rules that a word left out of it.
    """

    run_id: int
    terms: Terms
    session: Session
    batch_size: int
    dry_run: bool
    counts: RetentionCounts
    limit_percent: float
    more_than: int
    said: Words
    released: Collection[str] = ()
    left_out: Collection[str] = ()
    alarms: list[Alarm] = field(default_factory=list)
    say: Callable[[str], None] = lambda line: None
    began: float = field(default_factory=time.monotonic)

    @property
    def today(self) -> date:
        """The day to work by."""
        return self.terms.today

    @property
    def warnings(self) -> list[str]:
        """What the report says loudly: consumers of the change feed that nothing waits for any more."""
        return [consumer_dead(consumer, self.said) for consumer in self.counts.dead_consumers]

    def run(self) -> None:
        """Removes and proves. Raises `BrakeHeld` when the rest is done."""
        if not self.dry_run:
            self.counts.dead_consumers += self.session.again(lambda one: store.declare_dead(one, self.today))
        self._go_through()
        for _ in range(LOCKED_TRIES):
            if self.dry_run or not self._locked():
                break
            time.sleep(LOCKED_PAUSE)
            self._go_through()
        self._prove()
        if not self.dry_run and self._came_late():
            self._go_through()
            self._prove()
        if self.alarms:
            raise BrakeHeld(self.alarms)

    def _go_through(self) -> None:
        """Every rule in its turn, and anew while rows were locked: what one leaves may keep the next from its own."""
        self.alarms = []
        for rule in RULES:
            self._go_by(rule)
            outcome = self.counts.rules[rule.name]
            self.say(
                f"{rule.name}: {outcome.removed} of {outcome.due} removed, {outcome.held} held, {outcome.skipped} left"
            )

    def _go_by(self, rule: Rule) -> None:
        began = time.monotonic()
        outcome = self._count(rule)
        if rule.name not in self.left_out and not self._holds(rule, outcome):
            if self.dry_run:
                outcome = replace(outcome, removed=outcome.skipped, skipped=0)
            else:
                self._remove(rule)
                outcome = self._count(rule)
        self._keep(replace(outcome, seconds=outcome.seconds + time.monotonic() - began))

    def _count(self, rule: Rule) -> Outcome:
        """What the rule has done so far, with what is due now. All that no hold keeps is `skipped` until it is gone."""
        figures = self.session.again(lambda one: store.count(one, rule, self.terms, ahead=self.dry_run))
        before = self.counts.rules.get(rule.name)
        outcome = Outcome(
            rule=rule.name,
            cut_off=self.terms.cut_off(rule),
            due=figures.due + (before.removed if before else 0),
            removed=before.removed if before else 0,
            held=figures.held,
            skipped=figures.due - figures.held,
            overdue=0,
            seconds=before.seconds if before else 0.0,
        )
        self._show(outcome)
        return outcome

    def _holds(self, rule: Rule, outcome: Outcome) -> bool:
        """Whether the brake holds the rule: more would go of its table than may without a word."""
        if outcome.skipped <= self.more_than or rule.name in self.released:
            return False
        rows = self.session.again(lambda one: store.count_rows(one, rule))
        alarms = retention_verdict(rule.name, outcome.skipped, rows, self.limit_percent, self.more_than)
        self.alarms += alarms
        return bool(alarms)

    def _remove(self, rule: Rule) -> None:
        """One pass over what is due, a batch a transaction; what is locked is passed over."""
        position: Position | None = Position()
        while position is not None:
            at = position
            batch, outcome = once(
                self.session,
                lambda: self.session.connection.transaction(),
                lambda _: self._in_transaction(self.session.connection, rule, at),  # noqa: B023  (called at once)
                self._was_committed,
            )
            self._show(outcome)
            position = batch.position

    def _in_transaction(self, connection: Connection, rule: Rule, position: Position) -> tuple[Batch, Outcome]:
        batch = store.remove_batch(connection, rule, self.terms, self.batch_size, position)
        before = self.counts.rules[rule.name]
        removed = before.removed + batch.removed
        skipped = max(before.skipped - batch.removed, 0)
        outcome = replace(before, due=removed + before.held + skipped, removed=removed, skipped=skipped)
        if batch.removed:
            store.record(connection, self.run_id, outcome)
        return batch, outcome

    def _was_committed(self, done: tuple[Batch, Outcome]) -> bool:
        _, outcome = done
        recorded = self.session.again(lambda one: store.recorded(one, self.run_id)).get(outcome.rule)
        return recorded is not None and recorded.removed == outcome.removed

    def _prove(self) -> None:
        """Counts what is overdue, by statements that share nothing with those that remove."""
        for rule in RULES:
            found = self.session.again(lambda one: store.overdue(one, rule, self.terms))  # noqa: B023  (called at once)
            outcome = self.counts.rules[rule.name]
            gone = outcome.removed if self.dry_run else 0
            self._keep(replace(outcome, overdue=max(found.rows - gone, 0)))
        self.counts.lost_unbilled = self.session.again(store.count_unbilled)

    def _show(self, outcome: Outcome) -> None:
        self.counts.rules[outcome.rule] = outcome
        listener().due(self.counts.due)
        listener().progressed(self.counts.removed, self.counts.changes)

    def _keep(self, outcome: Outcome) -> None:
        self._show(outcome)
        self.session.again(lambda one: store.record(one, self.run_id, outcome))

    def _locked(self) -> list[str]:
        """The rules that left rows although nothing but their locks kept them."""
        kept = {alarm.part for alarm in self.alarms} | set(self.left_out)
        return [name for name, outcome in self.counts.rules.items() if outcome.skipped and name not in kept]

    def _came_late(self) -> bool:
        """Whether the proof finds what no rule had left: somebody has loaded it after the rule had gone through."""
        return any(outcome.overdue > outcome.skipped for outcome in self.counts.rules.values())

    def state(self) -> tuple[str, str | None]:
        """State and message as the counts say (docs/reference/runs.md): anything overdue is a promise not kept."""
        overdue = {name: outcome.overdue for name, outcome in self.counts.rules.items() if outcome.overdue}
        if overdue:
            return "failed", overdue_message(overdue, self.left_out, self._locked(), self.said)
        return "done", None
