"""Apply one batch: decide under the lock, hold it against the brakes, write, count; all in one transaction."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import psycopg

from cpr_client import CprNumber, Person
from db.errors import DatabaseProblem
from db.refresh.batches import Access, Batch, Batches, holders, log_missing_accesses
from db.refresh.claims import Claims
from db.runs.store import add_batch, batch_applied
from flows.steps.counting import Counts
from flows.steps.look_ups import LookedUp
from flows.steps.once import once
from flows.steps.operators_word import BrakeHeld
from mappers.patron import decide
from mappers.plausibility import verdict
from mappers.record import Decision, Quarantine

PURPOSE = "registry refresh"
DRY_PURPOSE = "dry run"


@dataclass(slots=True)
class Applier:
    """Applies the batches of one run and counts. `brakes_off`: lines released by an operator's word.

    `guardians`: what a child's guardians need is kept of the answers.
    `all_logged`: every look-up handed over is in the access log.
    `_moved`: in a dry run, who would hold a number (None: nobody any more) after the batches so far.
    """

    batches: Batches
    run_id: int
    today: date
    interval_days: int
    limits: Mapping[str, float]
    from_answers: int
    dry_run: bool
    counts: Counts
    claims: Claims
    guardians: bool = True
    brakes_off: set[str] = field(default_factory=set)
    all_logged: bool = True
    _moved: dict[CprNumber, str | None] = field(default_factory=dict)

    @property
    def purpose(self) -> str:
        """Why the registry was asked, as the access log has it."""
        return DRY_PURPOSE if self.dry_run else PURPOSE

    def apply(self, batch: list[LookedUp]) -> list[LookedUp]:
        """Applies what can be; returns those whose patron somebody held locked, to be tried again.

        A database that went away is waited for. Raises `BrakeHeld`. Whatever happens, the look-ups are in the
        access log afterwards, as long as there is a database.
        """
        failed = [looked_up for looked_up in batch if looked_up.answer is None]
        asked = {looked_up.patron_number: looked_up for looked_up in batch if looked_up.answer is not None}
        accesses = [access for looked_up in batch for access in looked_up.accesses]
        try:
            counts, locked_out = once(
                self.batches.session,
                lambda: self.batches.open(list(asked)),
                lambda opened: self._in_one_transaction(opened, asked, failed, accesses),
                lambda done: self._was_committed(done[0]),
            )
        except BaseException:
            self.log_in_vain(batch)
            raise
        if self.dry_run:
            self._log(accesses)
        self.counts = counts
        mine = self._still_mine(locked_out)
        for looked_up in mine:
            looked_up.accesses = []  # they are logged; the patron is tried again with the same answer
        return mine

    def log_in_vain(self, batch: list[LookedUp], *, all_of_them: bool = True) -> None:
        """Look-ups of which nothing is applied (a brake, a run that breaks off): they were made all the same.

        Raises nothing: where they can't be logged, or are not `all_of_them`, `all_logged` says so.
        """
        self.all_logged = self.all_logged and all_of_them
        accesses = [access for looked_up in batch for access in looked_up.accesses]
        self.counts.add_look_ups(accesses)
        try:
            self._log(accesses)
        except (psycopg.Error, DatabaseProblem):
            self.all_logged = False

    def holders(self, numbers: Iterable[CprNumber]) -> dict[CprNumber, str]:
        """Who holds these CPR numbers now; in a dry run: who would."""
        wanted = list(numbers)
        held = self.batches.session.again(lambda connection: holders(connection, wanted))
        moved = {number: self._moved[number] for number in wanted if number in self._moved}
        return {number: holder for number, holder in {**held, **moved}.items() if holder is not None}

    def _was_committed(self, counts: Counts) -> bool:
        """The connection was lost between the commit and its receipt: the batch's own row tells."""
        if self.dry_run:
            return False
        return self.batches.session.again(lambda connection: batch_applied(connection, self.run_id, counts.batches))

    def _still_mine(self, locked_out: list[LookedUp]) -> list[LookedUp]:
        """Not those whose claim another worker has taken over: they are its to apply."""
        if not locked_out:
            return []
        numbers = [looked_up.patron_number for looked_up in locked_out]
        mine = self.batches.session.again(lambda connection: self.claims.still_mine(connection, numbers))
        return [looked_up for looked_up in locked_out if looked_up.patron_number in mine]

    def _in_one_transaction(
        self, batch: Batch, asked: dict[str, LookedUp], failed: list[LookedUp], accesses: list[Access]
    ) -> tuple[Counts, list[LookedUp]]:
        """The counts as they are once the batch is committed, and whom somebody held locked."""
        began = time.monotonic()
        counts = copy.deepcopy(self.counts)
        counts.batches += 1
        decisions = self._decide(batch, asked)
        self._hold_against_brakes(counts, decisions)
        checked_at = {number: looked_up.answered_at for number, looked_up in asked.items()}
        batch.apply(decisions, checked_at, accesses, self.purpose)
        batch.put_behind([looked_up.patron_number for looked_up in failed])
        before = counts.patrons()
        counts.add_look_ups(accesses)
        counts.add_decisions(decisions)
        counts.add_moves((batch.stored[one.patron_number].record, one) for one in decisions)
        for looked_up in failed:
            counts.add_failure(looked_up.error.code if looked_up.error else "failed")
        self._record(counts, before, len(asked) + len(failed), len(accesses), time.monotonic() - began)
        if self.dry_run:
            batch.undo()
            self._remember_moves(batch, decisions)
        return counts, [looked_up for number, looked_up in asked.items() if number not in batch.stored]

    def _remember_moves(self, batch: Batch, decisions: list[Decision]) -> None:
        for decision in decisions:
            if decision.moved_to is not None:
                self._moved[batch.stored[decision.patron_number].cpr_number] = None
                self._moved[decision.moved_to] = decision.patron_number

    def _decide(self, batch: Batch, asked: dict[str, LookedUp]) -> list[Decision]:
        self._hand_over_duplicates(batch, asked)
        return [
            decide(
                stored,
                asked[number].answer,  # type: ignore[arg-type]  # never None in `asked`
                today=self.today,
                interval_days=self.interval_days,
                chain=asked[number].chain[1:],
                guardians=self.guardians,
            )
            for number, stored in batch.stored.items()
        ]

    def _hand_over_duplicates(self, batch: Batch, asked: dict[str, LookedUp]) -> None:
        """Who came to hold a successor since it was looked up makes this patron a duplicate after all."""
        moved: dict[str, CprNumber] = {
            number: looked_up.chain[-1]
            for number, looked_up in asked.items()
            if len(looked_up.chain) > 1 and isinstance(looked_up.answer, Person)
        }
        if not moved:
            return
        held_by = batch.holders(moved.values())
        for number, cpr_number in moved.items():
            holder = held_by.get(cpr_number, number)
            if holder != number:
                asked[number].answer = Quarantine("duplicate patron", other_patron=holder)

    def _hold_against_brakes(self, counts: Counts, decisions: list[Decision]) -> None:
        counts.tally.add(decisions)
        alarms = [
            alarm
            for alarm in verdict(counts.tally, self.limits, self.from_answers)
            if alarm.line.key not in self.brakes_off
        ]
        if alarms:
            raise BrakeHeld(alarms, sorted(decision.patron_number for decision in decisions))

    def _record(self, counts: Counts, before: dict[str, int], patrons: int, look_ups: int, seconds: float) -> None:
        after = counts.patrons()
        names = ("checked", "first_answers", "changed", "unchanged", "quarantined", "failed")
        row = {
            "patrons": patrons,
            **{name: after[name] - before[name] for name in names},
            "batch_look_ups": look_ups,
            "shares": dict(counts.tally.counts),
            "seconds": round(seconds, 3),
        }
        add_batch(self.batches.connection, self.run_id, counts.batches, row, counts.progress())

    def _log(self, accesses: list[Access]) -> None:
        if accesses:
            self.batches.session.again(
                lambda connection: log_missing_accesses(connection, accesses, self.purpose, self.run_id)
            )
