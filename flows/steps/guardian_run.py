"""The body of a run of guardians, without Prefect: select, look up, map, apply, report.

Guardians come first (who they are, and what the registry says of those who are no patrons), then the children, each
batch decided once. A dry run does the same in one transaction and rolls it back; its look-ups are made before it.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from cpr_client import CprNumber, OperatorMustAct, RegistryClient, RegistryDown
from db.connect import Connection
from db.guardians import links, people
from db.guardians.claims import GuardianClaims, list_due
from db.guardians.links import Changed, Terms, Totals
from db.runs.store import add_batch, batch_applied
from db.session import Session
from flows.steps.guardian_answers import GuardianApplier
from flows.steps.guardian_counts import GuardianCounts
from flows.steps.guardian_numbers import follow_numbers
from flows.steps.listening import listener
from flows.steps.look_ups import LookedUp, give_back, looked_up_batches
from flows.steps.once import once
from flows.steps.operators_word import BrakeHeld
from mappers.plausibility import links_verdict

LOCKED_TRIES = 5
LOCKED_PAUSE = 2.0  # seconds


@dataclass(slots=True)
class GuardianRun:
    """One run: what it may do, and what it has done so far. `limit_percent`, `more_than`: the brake, None: it is off.

    `look_ups`: whether guardians are looked up at all. `skipped`: an operator has left links and cases out of this run.
    """

    run_id: int
    terms: Terms
    session: Session
    run_session: Session
    batch_size: int
    interval_days: int
    dry_run: bool
    counts: GuardianCounts
    limit_percent: float | None
    more_than: int
    look_ups: bool = True
    skipped: bool = False
    took_over: int = 0
    registry_down: str | None = None
    operator_must: str | None = None
    oldest: date | None = None
    standing: int = 0
    open_cases: int = 0
    say: Callable[[str], None] = lambda line: None
    began: float = field(default_factory=time.monotonic)

    @property
    def today(self) -> date:
        """The day to work by."""
        return self.terms.today

    def run(self, client: RegistryClient | None) -> None:
        """Does the night's work; without a client nobody is looked up. Raises `BrakeHeld`."""
        try:
            self._run(client)
        except BrakeHeld:
            self.take_stock()
            raise

    def _run(self, client: RegistryClient | None) -> None:
        if self.dry_run:
            self._run_dry(client)
            return
        self._guardians(client)
        if not self.skipped:
            self._children()
            self._delete()
        self.take_stock()

    def take_stock(self) -> None:
        """What stands in the library now, for the report."""
        self._take_stock(self.session.again(links.totals))

    def _run_dry(self, client: RegistryClient | None) -> None:
        """The same statements in one transaction, rolled back; whom they concern is looked up before it."""
        with self.session.connection.transaction(force_rollback=True):
            people.reconcile(self.session.connection, self.today, enter=False)
            due = list_due(self.session.connection, self.today)
        applier = self._applier(due)
        answered: list[list[LookedUp]] = []
        try:
            if client is not None and due:
                self._ask_dry(client, applier, answered)
            with self.session.connection.transaction(force_rollback=True):
                self._all_at_once(applier, answered)
        finally:
            give_back(applier.claims, all_logged=applier.all_logged)

    def _ask_dry(self, client: RegistryClient, applier: GuardianApplier, answered: list[list[LookedUp]]) -> None:
        listener().due(len(applier.claims))
        for batch in self._batches(client, applier):
            applier.log([access for looked_up in batch for access in looked_up.accesses])
            answered.append(batch)

    def _all_at_once(self, applier: GuardianApplier, answered: list[list[LookedUp]]) -> None:
        connection = self.session.connection
        people.reconcile(connection, self.today)
        for batch in answered:
            applier.counts, locked = applier.in_transaction(connection, batch)
            if locked:
                applier.counts.add_failure("locked", len(locked))
            self._heard(applier.counts, batch)
            links.empty_work(connection)
        self.counts = applier.counts
        people.reconcile(connection, self.today)
        children = self._list_children(connection)
        self._hold(connection, children)
        for numbers in children:
            self.counts = self._in_transaction(connection, numbers)
            links.empty_work(connection)
        while deleted := links.delete_guardians(connection, self.terms, self.batch_size):
            self.counts.deleted += deleted
        self._take_stock(links.totals(connection))

    # Guardians -------------------------------------------------------------------------------------------------------

    def _guardians(self, client: RegistryClient | None) -> None:
        self._reconcile()
        due = self.session.again(lambda connection: list_due(connection, self.today))
        applier = self._applier(due)
        if client is None or not due:
            return
        try:
            self._ask(client, applier)
        finally:
            self.counts = applier.counts
            give_back(applier.claims, all_logged=applier.all_logged)
        self._reconcile()

    def _reconcile(self) -> None:
        once(
            self.session,
            lambda: self.session.connection.transaction(),
            lambda _: people.reconcile(self.session.connection, self.today),
        )

    def _applier(self, due: list[int]) -> GuardianApplier:
        self.counts.guardians.due += len(due)
        claims = GuardianClaims(self.run_session, self.run_id, self.today, due)
        return GuardianApplier(
            self.session, self.run_id, self.today, self.interval_days, self.dry_run, self.counts, claims
        )

    def _ask(self, client: RegistryClient, applier: GuardianApplier) -> None:
        self.took_over = applier.claims.free_dead()
        listener().due(len(applier.claims))
        while self._ask_in_one_pass(client, applier):
            applier.claims.from_the_start()  # whom another worker let fall, and who was found to be one with somebody

    def _ask_in_one_pass(self, client: RegistryClient, applier: GuardianApplier) -> bool:
        """Asks about whom the claims have ahead, and applies it; whether there was anybody."""
        waiting: list[LookedUp] = []
        found_any = False
        for batch in self._batches(client, applier):
            found_any = True
            waiting += applier.apply(batch)
            self._heard(applier.counts, batch)
        for _ in range(LOCKED_TRIES):
            if not waiting:
                break
            time.sleep(LOCKED_PAUSE)
            waiting = applier.apply(waiting)
        if waiting:
            applier.counts.add_failure("locked", len(waiting))
        return found_any and not self.registry_down

    def _batches(self, client: RegistryClient, applier: GuardianApplier) -> Iterator[list[LookedUp]]:
        """The batches that were looked up, chains followed. A registry that is down ends them, and is noted."""
        taken: dict[CprNumber, str] | None = {} if self.dry_run else None  # a dry run applies nothing meanwhile
        try:
            with looked_up_batches(
                client,
                applier.claims,
                batch_size=self.batch_size,
                limit=None,
                sweep_again=False,
                unapplied=applier.log_in_vain,
            ) as batches:
                for batch in batches:
                    yield follow_numbers(batch, client, applier.known_numbers, applier.log_in_vain, taken)
        except RegistryDown as down:
            self.registry_down = str(down.last)

    def _heard(self, counts: GuardianCounts, batch: list[LookedUp]) -> None:
        for looked_up in batch:
            if isinstance(looked_up.error, OperatorMustAct):
                self.operator_must = str(looked_up.error)
        asked = counts.guardians
        listener().progressed(asked.checked + asked.failed, dict(counts.changes), dict(counts.outcomes))
        self.say(f"{asked.checked} of {asked.due} guardians looked up, {asked.failed} failed")

    # Children --------------------------------------------------------------------------------------------------------

    def _children(self) -> None:
        children = self.session.again(self._list_children)
        self.session.again(lambda connection: self._hold(connection, children))
        for numbers in children:
            self._decide(numbers)
            listener().progressed(self.counts.checked, dict(self.counts.changes))
        counts = self.counts
        self.say(f"{counts.checked} children decided on: {counts.linked} links began, {counts.ended} ended")

    def _list_children(self, connection: Connection) -> list[list[str]]:
        """The children in batches, counted."""
        children = links.list_children(connection, self.terms)
        self.counts.due, self.counts.changed, self.counts.unchanged = len(children), 0, 0
        self.counts.stood = self.counts.stood or links.totals(connection).links
        listener().due(len(children))
        return [children[start : start + self.batch_size] for start in range(0, len(children), self.batch_size)]

    def _decide(self, numbers: list[str]) -> None:
        self.counts = once(
            self.session,
            lambda: self.session.connection.transaction(),
            lambda _: self._in_transaction(self.session.connection, numbers),
            self._was_committed,
        )

    def _was_committed(self, counts: GuardianCounts) -> bool:
        return self.session.again(lambda connection: batch_applied(connection, self.run_id, counts.batches))

    def _in_transaction(self, connection: Connection, numbers: list[str]) -> GuardianCounts:
        began = time.monotonic()
        people.one_at_a_time(connection)
        counts = copy.deepcopy(self.counts)
        counts.batches += 1
        changed = links.decide_links(connection, numbers, self.terms)
        counts.add_children(len(numbers), changed)
        if not self.dry_run:
            self._record(connection, counts, numbers, changed, time.monotonic() - began)
        return counts

    def _hold(self, connection: Connection, children: list[list[str]]) -> None:
        """Holds the whole run back where too many links would end, before the first one does."""
        if self.limit_percent is None:
            return
        with connection.transaction(force_rollback=True):
            people.one_at_a_time(connection)
            ending = links.count_ending(connection, [number for numbers in children for number in numbers], self.terms)
        alarms = links_verdict(ending, self.counts.stood, self.limit_percent, self.more_than)
        if alarms:
            raise BrakeHeld(alarms)

    def _record(
        self, connection: Connection, counts: GuardianCounts, numbers: list[str], changed: Changed, seconds: float
    ) -> None:
        with_change = len(changed.patron_numbers)
        row = {
            "patrons": len(numbers),
            "checked": len(numbers),
            "first_answers": 0,
            "changed": with_change,
            "unchanged": len(numbers) - with_change,
            "quarantined": 0,
            "failed": 0,
            "batch_look_ups": 0,
            "shares": {},
            "seconds": round(seconds, 3),
        }
        add_batch(connection, self.run_id, counts.batches, row, counts.progress())

    def _delete(self) -> None:
        while deleted := self.session.again(self._delete_some):
            self.counts.deleted += deleted

    def _delete_some(self, connection: Connection) -> int:
        return links.delete_guardians(connection, self.terms, self.batch_size)

    def _take_stock(self, stock: Totals) -> None:
        self.standing, self.open_cases, self.oldest = stock.links, stock.cases, stock.oldest

    def state(self) -> tuple[str, str | None]:
        """State and message as the counts say (docs/reference/runs.md)."""
        asked = self.counts.guardians
        if self.registry_down is not None:
            stay = asked.left + asked.failed
            return "incomplete", f"the registry stopped answering: {self.registry_down}; {stay} guardians stay due"
        if asked.failed:
            why = f" ({self.operator_must})" if self.operator_must else ""
            return (
                "incomplete",
                f"{asked.failed} guardians could not be asked about or applied{why}; they stay due: run it again",
            )
        if asked.left and self.look_ups:
            return (
                "incomplete",
                f"{asked.left} guardians are left to another run that had claimed them; what it leaves stays due",
            )
        if self.skipped:
            return "done", "links and cases are left out of this run, by an operator's word"
        return "done", None
