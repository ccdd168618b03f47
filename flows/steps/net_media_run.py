"""The body of a run of net media, without Prefect: decide, hold what looks like a mistake, apply, report.

All of it is one transaction: a run that is killed leaves nothing, and the next one does what there is to do. A dry run
does the same and rolls back.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from db.connect import Connection
from db.net_media import rights
from db.net_media.rights import Changed, ServiceChanges, Terms
from db.runs.store import add_batch, batch_applied
from db.session import Session
from flows.steps.listening import listener
from flows.steps.net_media_counts import NetMediaCounts
from flows.steps.once import once
from flows.steps.operators_word import BrakeHeld
from mappers.plausibility import Alarm, rights_verdict


@dataclass(slots=True)
class NetMediaRun:
    """One run: what it may do, and what it has done so far. `limit_percent`, `more_than`: the brake.

    `released`: services whose brake an operator has taken off for this run.
    """

    run_id: int
    terms: Terms
    session: Session
    dry_run: bool
    counts: NetMediaCounts
    limit_percent: float
    more_than: int
    released: Collection[str] = ()
    alarms: list[Alarm] = field(default_factory=list)
    say: Callable[[str], None] = lambda line: None
    began: float = field(default_factory=time.monotonic)

    @property
    def today(self) -> date:
        """The day to work by."""
        return self.terms.today

    def run(self) -> None:
        """Decides and applies. Raises `BrakeHeld` when the rest is done."""
        if self.dry_run:
            with self.session.connection.transaction(force_rollback=True):
                self.counts = self._in_transaction(self.session.connection)
        else:
            self.counts = once(
                self.session,
                lambda: self.session.connection.transaction(),
                lambda _: self._in_transaction(self.session.connection),
                self._was_committed,
            )
        listener().due(self.counts.due)
        counts = self.counts
        listener().progressed(counts.due - counts.left, dict(counts.changes), dict(counts.outcomes))
        self.say(f"{self.counts.due} patrons decided on, {self.counts.changed} with other rights")
        if self.alarms:
            raise BrakeHeld(self.alarms)

    def _was_committed(self, counts: NetMediaCounts) -> bool:
        return self.session.again(lambda connection: batch_applied(connection, self.run_id, counts.batches))

    def _in_transaction(self, connection: Connection) -> NetMediaCounts:
        began = time.monotonic()
        decided = rights.decide_rights(connection, self.terms, self._held)
        counts = copy.deepcopy(self.counts)
        counts.add(decided)
        if not self.dry_run:
            self._record(connection, counts, decided, time.monotonic() - began)
        return counts

    def _held(self, changes: Sequence[ServiceChanges]) -> Collection[str]:
        """The services of which more is revoked than may be without a word."""
        self.alarms = [alarm for change in changes for alarm in self._alarms(change)]
        return [alarm.part for alarm in self.alarms if alarm.part is not None]

    def _alarms(self, change: ServiceChanges) -> list[Alarm]:
        if change.revoked <= self.more_than or change.service in self.released:
            return []
        stood = rights.count_granted(self.session.connection, change.service)
        return rights_verdict(change.service, change.revoked, stood, self.limit_percent, self.more_than)

    def _record(self, connection: Connection, counts: NetMediaCounts, decided: Changed, seconds: float) -> None:
        row = {
            "patrons": decided.due,
            "checked": decided.due - decided.left,
            "first_answers": 0,
            "changed": decided.changed,
            "unchanged": decided.due - decided.left - decided.changed,
            "quarantined": 0,
            "failed": 0,
            "batch_look_ups": 0,
            "shares": {},
            "seconds": round(seconds, 3),
        }
        add_batch(connection, self.run_id, counts.batches, row, counts.progress())

    def state(self) -> tuple[str, str | None]:
        """State and message as the counts say (docs/reference/runs.md)."""
        if self.terms.skipped:
            left_out = ", ".join(sorted(self.terms.skipped))
            return "done", f"left out of this run by an operator's word, and decided by the next one: {left_out}"
        return "done", None
