"""The body of a registry refresh, without Prefect: select, look up, map, apply, report."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from cpr_client import OperatorMustAct, RegistryClient, RegistryDown
from db.refresh.claims import Claims, Scope
from flows.clock import now
from flows.steps.applying import Applier
from flows.steps.counting import Counts
from flows.steps.listening import listener
from flows.steps.look_ups import LookedUp, give_back, looked_up_batches
from flows.steps.succession import follow_successors
from mappers.record import Quarantine

LOCKED_TRIES = 5
LOCKED_PAUSE = 2.0  # seconds
SLOWEST = 10


@dataclass(slots=True)
class Refresh:
    """One run: its number, what it may do, and what it has done so far."""

    run_id: int
    scope: Scope
    batch_size: int
    limit: int | None
    dry_run: bool
    applier: Applier
    claims: Claims
    took_over: int = 0
    registry_down: str | None = None
    operator_must: str | None = None
    slowest: list[tuple[float, str]] = field(default_factory=list)
    waiting_for_locks: list[LookedUp] = field(default_factory=list)
    say: Callable[[str], None] = lambda line: None
    began: float = field(default_factory=time.monotonic)

    @property
    def counts(self) -> Counts:
        """What has been done so far."""
        return self.applier.counts

    @property
    def nobody_answers(self) -> bool:
        """Whether the registry was down: it stopped the run, or, of too few patrons for that, answered about none."""
        return self.registry_down is not None or (self.counts.failed > 0 and self.counts.checked == 0)

    def run(self, client: RegistryClient) -> None:
        """Claims, looks up and applies until nobody is left, the registry is down, or a brake holds (`BrakeHeld`)."""
        self.took_over = self.claims.free_dead()
        if self.took_over:
            self.say(f"took over {self.took_over} patrons whom a killed run had claimed")
        _spare_what_is_loaded()
        counts = self.counts
        listener().due(counts.due if self.limit is None else min(self.limit, counts.due))
        try:
            with looked_up_batches(
                client,
                self.claims,
                batch_size=self.batch_size,
                limit=None if self.limit is None else max(0, self.limit - counts.checked - counts.failed),
                sweep_again=not self.dry_run and self.scope.name != "patrons",
                unapplied=self.applier.log_in_vain,
            ) as batches:
                for batch in batches:
                    followed = follow_successors(batch, client, self.applier.holders, self.applier.log_in_vain)
                    self._apply(followed)
            self._try_the_locked_again()
        except RegistryDown as down:
            self.registry_down = str(down.last)
            self._try_the_locked_again()
        finally:
            give_back(self.claims, all_logged=self.applier.all_logged)

    def put_aside(self, numbers: list[str]) -> None:
        """Quarantines the patrons of a held batch as `implausible`; the shares start anew."""
        moment = now()
        self.counts.tally = type(self.counts.tally)()
        aside = Claims(self.claims.session, self.run_id, Scope("patrons", self.scope.today, tuple(numbers)))
        while claimed := aside.claim(self.batch_size):
            self._apply(
                [
                    LookedUp(one.patron_number, Quarantine("implausible"), None, (one.cpr_number,), moment, 0.0)
                    for one in claimed
                ]
            )

    def _apply(self, batch: list[LookedUp]) -> None:
        before = Counter(self.counts.changes)
        self.waiting_for_locks += self.applier.apply(batch)
        self._remember_slowest(batch)
        self._remember_what_an_operator_must_mend(batch)
        counts = self.counts
        listener().progressed(counts.checked + counts.failed, dict(counts.changes), dict(counts.outcomes))
        changed = counts.changes - before
        self.say(
            f"batch {counts.batches}: {len(batch)} patrons, {sum(changed.values())} changes; "
            f"{counts.checked} of {counts.due} checked, {counts.quarantined} in quarantine, {counts.failed} failed"
        )

    def _try_the_locked_again(self) -> None:
        for _ in range(LOCKED_TRIES):
            if not self.waiting_for_locks:
                return
            time.sleep(LOCKED_PAUSE)
            self.waiting_for_locks = self.applier.apply(self.waiting_for_locks)
        if self.waiting_for_locks:
            self.counts.add_failure("locked", len(self.waiting_for_locks))

    def _remember_what_an_operator_must_mend(self, batch: list[LookedUp]) -> None:
        """A run too small for the client's breaker says it, too."""
        for looked_up in batch:
            if isinstance(looked_up.error, OperatorMustAct):
                self.operator_must = str(looked_up.error)

    def _remember_slowest(self, batch: list[LookedUp]) -> None:
        times = [(looked_up.seconds, looked_up.patron_number) for looked_up in batch]
        self.slowest = sorted(self.slowest + times, reverse=True)[:SLOWEST]

    def state(self) -> tuple[str, str | None]:
        """State and message as the counts say (docs/reference/runs.md)."""
        counts = self.counts
        limited = self.limit is not None and counts.checked + counts.failed >= self.limit
        if self.registry_down is not None:
            stay = counts.left + counts.failed
            return "incomplete", f"the registry stopped answering: {self.registry_down}; {stay} patrons stay due"
        if counts.failed:
            why = f" ({self.operator_must})" if self.operator_must else ""
            return (
                "incomplete",
                f"{counts.failed} patrons could not be asked or applied{why}; they stay due: run it again",
            )
        if counts.left and not limited:
            return (
                "incomplete",
                f"{counts.left} patrons are left to another run that had claimed them; what it leaves stays due",
            )
        return "done", None


@cache
def _spare_what_is_loaded() -> None:
    """Once a process: Prefect, zeep and the rest stay, and the garbage collector need not walk over them each time.

    A batch makes so many objects that it would, every few hundred patrons: a tenth of a run's time.
    """
    gc.collect()
    gc.freeze()
